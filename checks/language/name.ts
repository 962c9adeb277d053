/** The form of a lab's and a check's name: it becomes part of container and file names. */
export const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
