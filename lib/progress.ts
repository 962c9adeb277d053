/** Shows one line of what a step is doing right now; without a terminal it may be dropped. */
export type Say = (line: string) => void;

/** How the toolchain tells what it does. The command line implements it; tests pass a silent one. */
export interface Progress {
  /**
   * Runs `work` as one titled line with its elapsed time.
   * Steps may be started while others run; a step that throws is shown as failed and throws on.
   */
  step<T>(title: string, work: (say: Say) => Promise<T>): Promise<T>;
}

/** Plain lines on stderr, for use without the command line. */
export function plainProgress(write: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Progress {
  return {
    async step(title, work) {
      const started = Date.now();
      const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
      write(`${title} ...`);
      try {
        const result = await work(() => {});
        write(`${title}: done in ${seconds()}`);
        return result;
      } catch (error) {
        write(`${title}: failed after ${seconds()}`);
        throw error;
      }
    },
  };
}

/** Says nothing. */
export const silentProgress: Progress = { step: (_title, work) => work(() => {}) };
