import Table from "cli-table3";

/** A table of a head and rows, as plain text that is still readable in a log. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const bare = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const view = new Table({
    head: [...head],
    chars: {
      ...bare,
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      right: "",
      middle: "  ",
    },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  view.push(...rows.map((row) => [...row]));
  return view
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
