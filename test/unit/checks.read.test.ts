import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastLine, seconds } from "../../checks/engine/text";
import { fill, placeholdersOf } from "../../checks/language/placeholders";
import { connectedNodes, distinctField, networkOf } from "../../checks/readers/read";

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));

describe("networkOf", () => {
  it.each([
    ["10.244.1.5/24", "10.244.1.0/24"],
    ["10.244.3.1/22", "10.244.0.0/22"],
    ["10.32.0.7/12", "10.32.0.0/12"],
    ["nothing", "nothing"],
    ["10.1/24", "10.1/24"],
  ])("%s lies in %s", (text, network) => expect(networkOf(text)).toBe(network));

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), (ip, prefix) => {
        const network = networkOf(`${ip}/${prefix}`);
        expect(network.endsWith(`/${prefix}`)).toBe(true);
        expect(networkOf(network)).toBe(network);
      }),
    );
  });

  it("never fails, whatever is printed", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof networkOf(text) === "string"));
  });
});

describe("distinctField", () => {
  it("lists each value once, and passes over what is no object", () => {
    const text = '{"node":"n2"}\n{"node":"n1","x":{}}\n\nrequest 3: curl exit 28\n{"node":"n2"}\n[]\nnull\n{"x":1}';
    expect(distinctField("node")(text)).toBe("n1,n2");
  });

  it("finds every value in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (numbers) => {
        const text = numbers.map((n) => JSON.stringify({ node: `n${n}` })).join("\n");
        const wanted = [...new Set(numbers)].sort().map((n) => `n${n}`);
        expect(distinctField("node")(text)).toBe(wanted.join(","));
      }),
    );
  });
});

describe("placeholders", () => {
  it("leave shell, awk and JSONPath alone", () => {
    const text = "$" + "{name} {.spec.podCIDR} %{http_code} awk '{print $1}' {range .items[*]} {1,3} {ip}";
    expect(placeholdersOf(text)).toEqual(["ip"]);
  });

  it("are filled with values as they are", () => {
    fc.assert(fc.property(fc.string(), (value) => fill("a {from.ip} b", { "from.ip": value }) === `a ${value} b`));
  });

  it("without a value are an error, never a word like undefined", () => {
    expect(() => fill("{ip}", {})).toThrow("ip is not known");
    expect(() => fill("{constructor}", {})).toThrow("constructor is not known");
    expect(fill("{ip}", {}, "(none)")).toBe("(none)");
  });
});

describe("text", () => {
  it.each([
    [{ stdout: "a\nb\n", stderr: "" }, "b"],
    [{ stdout: "a", stderr: "why\ncommand terminated with exit code 7\n" }, "why"],
    [{ stdout: "a", stderr: "command terminated with exit code 7\n" }, "a"],
    [{ stdout: " \n", stderr: "" }, "no output"],
  ])("the last line of %j is %s", (ran, line) => expect(lastLine(ran)).toBe(line));

  it.each([
    [0.44, "0.4 s"],
    [9.96, "10 s"],
    [61.2, "61 s"],
  ])("%d s is written %s", (value, text) => expect(seconds(value)).toBe(text));
});

describe("connectedNodes", () => {
  const seen = (...lines: string[]) => connectedNodes(lines.join("\n"));
  const n1 = "9e:e5:16:9d:00:b0(n1)";
  const n2 = "06:fc:68:fa:32:2d(n2)";
  const to = (peer: string, state: string) => `   -> 172.28.6.11:6783      ${peer}                 ${state}`;

  it("are those with an established connection to all others", () => {
    expect(seen(n2, to(n1, "established"), n1, to(n2, "established"))).toBe("n1,n2");
  });

  it("are not those with one that is pending", () => {
    expect(seen(n2, to(n1, "established"), n1, to(n2, "pending"))).toBe("n2");
  });

  it("is the node itself where it is alone", () => expect(seen(n1)).toBe("n1"));
});
