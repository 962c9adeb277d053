/**
 * An error of which Pulumi shows the message alone. It prints an error's stack once the program has run to its end and
 * only its outputs are waited for.
 */
export function shown<Thrown extends Error>(error: Thrown): Thrown {
  error.stack = error.message;
  return error;
}
