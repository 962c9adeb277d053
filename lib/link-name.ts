/** Whether the kernel takes this as the name of a network interface (IFNAMSIZ: at most 15 characters). */
export function isLinkName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,15}$/.test(text);
}
