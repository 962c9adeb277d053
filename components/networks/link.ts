/** True for the name of a network interface, as the kernel takes it. */
export function isLinkName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,15}$/.test(text) && text !== "." && text !== "..";
}

/** True for the size of an IPv4 packet in bytes (RFC 791: at least 68), written as a whole number. */
export function isMtu(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 68 && Number(text) <= 65535;
}

/** True for the hardware address of one machine: six octets, of which the first is even, and not all are zero. */
export function isMac(text: string): boolean {
  return /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i.test(text) && !/^[0:]+$/.test(text);
}
