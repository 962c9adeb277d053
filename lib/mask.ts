/** What stands where a secret stood. */
export const masked = "[secret]";

const pemBegin = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const pemEnd = /-----END [A-Z ]*PRIVATE KEY-----/;
const pem = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \1-----|$)/gs;
/** `-----BEGIN `, in base64: of a certificate as of a key. */
const pemInBase64 = /LS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g;
const webToken = /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g;
/** As kubeadm has them; figures alone are a time. */
const bootstrapToken = /\b[a-z0-9]{6}\.(?=[0-9]*[a-z])[a-z0-9]{16}\b/g;
/** `password: x`, `"token": "x"`, the same within a JSON text, `--token x`. A value that is short is a word of a sentence. */
const named =
  /((?:password|passwd|passphrase|token|client-key-data|certificate-key)(?:\\?["'])?(?:[ \t]*[:=][ \t]*|[ \t]+(?=[a-z0-9.]{22,}))(?:\\?["'])?)(?!\[)[^\s"'\\,;{}\]]{8,}/gi;

/**
 * A text without the secrets that are known by their form: private keys, tokens, and what stands behind a password's or
 * a token's name. Everything goes through here that the lab writes into a log, a report or evidence.
 */
export function mask(text: string): string {
  return text
    .replace(pem, masked)
    .replace(pemInBase64, (found) => (pemBegin.test(Buffer.from(found, "base64").toString("latin1")) ? masked : found))
    .replace(webToken, masked)
    .replace(bootstrapToken, masked)
    .replace(named, `$1${masked}`);
}

/** Masks a text that comes line by line: a key in it has many. */
export class LineMasker {
  private inKey = false;

  /** The line as it may be shown; undefined for one within a key. */
  line(text: string): string | undefined {
    if (this.inKey) {
      this.inKey = !pemEnd.test(text);
      return undefined;
    }
    this.inKey = pemBegin.test(text) && !pemEnd.test(text);
    return mask(text);
  }
}
