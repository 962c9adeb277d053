import { annotations } from "./annotations";
import type { ApiError } from "./api-error";

/** Says who else owns the fields that were applied, and the two ways out. */
export function describeConflict(conflict: ApiError, object: string, manager: string): string {
  const fields = conflict.causes
    .filter(({ reason }) => reason === "FieldManagerConflict")
    .map(({ field, message }) => `${field.replace(/^\./, "")} is owned by ${ownerIn(message)}`);
  return [
    `${object}: another field manager owns what ${JSON.stringify(manager)} was to set: ${fields.join("; ")}.`,
    `Either take the fields over with the annotation ${annotations.patchForce}: "true" (or the provider's enablePatchForce),`,
    "or leave them out of the program, so that the other manager keeps them.",
  ].join(" ");
}

/** The names of those who own the fields in conflict; one that owns by a subresource is told with it. */
export function ownersIn(conflict: ApiError): readonly string[] {
  const causes = conflict.causes.filter(({ reason }) => reason === "FieldManagerConflict");
  return causes.map(({ message }) => ownerIn(message).replace(/^"([^"]*)"$/, "$1"));
}

/** The server says `conflict with "kubectl-edit" using v1`, or `... with subresource "status" using v1 at TIME`. */
function ownerIn(message: string): string {
  return /^conflict with (.*?) using /.exec(message)?.[1] ?? message;
}
