/** The stack that a command means when it names none. */
export const defaultStack = "confluence";
