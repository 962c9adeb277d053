import { Resolver } from "node:dns";
import { get } from "node:http";
import { type Target, timeoutMs } from "../protocol";

/** Asks once, over a connection of its own. Calls `done` once, with the reason where it got no answer. */
export function ask(target: Target, done: (lost?: string) => void): void {
  let over = false;
  const end = (lost?: string) => {
    if (!over) {
      over = true;
      clearTimeout(timer);
      done(lost);
    }
  };
  const stop = target.by === "http" ? askHttp(target, end) : askDns(target, end);
  const timer = setTimeout(() => {
    end("no answer in 1 s");
    stop();
  }, timeoutMs);
}

type Ask<T extends Target["by"]> = (target: Extract<Target, { by: T }>, end: (lost?: string) => void) => () => void;

const askHttp: Ask<"http"> = ({ host, port, node }, end) => {
  const request = get({ host, port, path: "/", agent: false }, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (part) => {
      body += part;
    });
    response.once("end", () => {
      const answering = answeringNode(body);
      if (response.statusCode !== 200) {
        end(`status ${response.statusCode}`);
      } else {
        end(node === undefined || answering === node ? undefined : `answered by ${answering}`);
      }
    });
    response.once("error", (error) => end(reason(error)));
  });
  request.once("error", (error) => end(reason(error)));
  return () => request.destroy();
};

/** A resolver for each question: one that is kept would stay on the replica that it found first. */
const askDns: Ask<"dns"> = ({ server, question }, end) => {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([server]);
  resolver.resolve4(question, (error) => end(error === null ? undefined : reason(error)));
  return () => resolver.cancel();
};

/** The probe's answer names its node. */
function answeringNode(body: string): string {
  try {
    return String(JSON.parse(body).node);
  } catch {
    return "something else";
  }
}

function reason(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}
