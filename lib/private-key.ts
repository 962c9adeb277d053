import { createPrivateKey, type KeyObject, randomBytes } from "node:crypto";

/**
 * A private key as ssh2 and OpenSSH's client read it. Of PKCS#8, which `openssl genpkey` and Pulumi's `tls.PrivateKey`
 * write, they know nothing or little; every other form is left to them.
 *
 * @throws Error when the key is PKCS#8 and can't be read
 */
export function readablePrivateKey(key: string, passphrase?: string): string {
  if (!/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(key)) return key;
  const parsed = parse(key, passphrase);
  switch (parsed.asymmetricKeyType) {
    case "rsa":
      return parsed.export({ type: "pkcs1", format: "pem" }) as string;
    case "ec":
      return parsed.export({ type: "sec1", format: "pem" }) as string;
    case "ed25519":
      return openSsh(parsed);
    default:
      throw new Error(`connection.privateKey is ${parsed.asymmetricKeyType}: must be ed25519, ecdsa or rsa`);
  }
}

function parse(key: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key, passphrase });
  } catch (error) {
    const mend = "check connection.privateKey and connection.privateKeyPassword";
    throw new Error(`connection.privateKey: can't be read as PKCS#8 (${(error as Error).message}); ${mend}`);
  }
}

/** OpenSSH's own form, without encryption: the only one that has ed25519. (openssh/PROTOCOL.key) */
function openSsh(key: KeyObject): string {
  const { d = "", x = "" } = key.export({ format: "jwk" });
  const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const type = text(Buffer.from("ssh-ed25519"));
  const check = randomBytes(4);
  const comment = text(Buffer.alloc(0));
  const inner = Buffer.concat([check, check, type, text(point), text(Buffer.concat([seed, point])), comment]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const none = text(Buffer.from("none"));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    none,
    none,
    text(Buffer.alloc(0)),
    number(1),
    text(Buffer.concat([type, text(point)])),
    text(Buffer.concat([inner, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
