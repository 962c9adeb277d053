/**
 * One word of a POSIX shell command line that the shell reads back as exactly `word`.
 * Every value that reaches a shell goes through here and nowhere else.
 *
 * @throws Error when the word holds a NUL, which no argument of a process can.
 */
export function quoteWord(word: string): string {
  if (word.includes("\0")) {
    throw new Error("a command-line argument cannot hold a NUL character");
  }
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line that runs `argv`, each word as it is. */
export function quote(argv: readonly string[]): string {
  return argv.map(quoteWord).join(" ");
}
