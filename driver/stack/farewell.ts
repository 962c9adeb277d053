/**
 * The last words of `pulumi destroy`, a line each: the stack is to be removed by hand. `./lab down` does that itself, and
 * no flag of Pulumi leaves them out.
 */
export function farewell(stack: string): readonly string[] {
  return [
    "The resources in the stack have been deleted, but the history and configuration associated with the stack are still maintained. ",
    `If you want to remove the stack completely, run \`pulumi stack rm ${stack}\`.`,
  ];
}

/** Lets through what Pulumi prints but its last words. */
export function withoutFarewell(stack: string): (line: string) => boolean {
  const words = farewell(stack);
  return (line) => !words.includes(line);
}

/** What a terminal of so many columns must be sent to take the last words back: it has them as its last rows. */
export function eraseFarewell(stack: string, columns: number): string {
  const rows = farewell(stack).reduce((sum, line) => sum + Math.ceil(line.length / columns), 0);
  return `\u001b[${rows}A\u001b[J`;
}
