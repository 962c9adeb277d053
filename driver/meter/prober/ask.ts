import { Resolver } from "node:dns";
import { connect } from "node:net";
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

/** On a bare socket: node:http takes twice the processor time, 30 times a second on each node. */
const askHttp: Ask<"http"> = ({ host, port, node }, end) => {
  const socket = connect({ host, port });
  let answer = "";
  socket.setEncoding("utf8");
  socket.on("data", (part) => {
    answer += part;
  });
  socket.once("end", () => end(judge(answer, node)));
  socket.once("error", (error) => end(reason(error)));
  socket.write(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  return () => socket.destroy();
};

/** A resolver for each question: one that is kept would stay on the replica that it found first. */
const askDns: Ask<"dns"> = ({ server, question }, end) => {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([server]);
  resolver.resolve4(question, (error) => end(error === null ? undefined : reason(error)));
  return () => resolver.cancel();
};

/** The probe's answer names its node. */
function judge(answer: string, node: string | undefined): string | undefined {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  if (!/^HTTP\/1\.\d 200 /.test(head)) {
    return head === "" ? "an empty answer" : head.split("\r\n")[0];
  }
  const answering = answeringNode(body);
  return node === undefined || answering === node ? undefined : `answered by ${answering}`;
}

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
