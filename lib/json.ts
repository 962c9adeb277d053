/** What a JSON text holds; undefined when it is none, for instance cut short. The caller says what it expects in it. */
export function parseJson<T>(text: string | undefined): Partial<T> | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    return typeof parsed === "object" && parsed !== null ? (parsed as Partial<T>) : undefined;
  } catch {
    return undefined;
  }
}
