/** Values that are credentials whatever their name, by the form that their issuers document. */
const CREDENTIALS: readonly { what: string; form: RegExp }[] = [
  { what: 'an AWS access key id', form: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'a private key', form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'a Slack token', form: /\bxox[abeoprs]-[0-9A-Za-z-]{8,}/ },
  { what: 'a Slack webhook', form: /\/\/hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/ },
  { what: 'a GitHub token', form: /\b(gh[opsur]_[0-9A-Za-z]{30,}|github_pat_\w{40,})/ },
  { what: 'a Stripe key', form: /\b[rs]k_live_[0-9A-Za-z]{10,}/ },
  { what: 'a signed token', form: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/ },
  { what: 'a password in a URL', form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i },
  { what: 'a password', form: /\b(password|passwd|pwd)\s*[=:]\s*[^\s;]{3,}/i },
];

const CERTAIN_NAME = /(^|_)(PASSWORD|PASSWD|PRIVATE_?KEY|SECRET_?(ACCESS_?)?KEY)$/i;
const LIKELY_NAME = /(^|_)(SECRET|TOKEN|API_?KEY|ACCESS_?KEY|CREDENTIALS?)$/i;
/** What only points at a secret: an ARN, a path, a template reference, a web address. */
const REFERENCE = /^(arn:|\/|https?:\/\/|\{\{resolve:|\$\{)|\//;
/** One run of letters and digits, long enough to be a key. */
const RANDOM_LOOKING = /^(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9+=_.-]{16,}$/;

/** What looks like a credential, and whether there is next to no doubt. */
export type Suspicion = { what: string; certain: boolean };

/** What makes an environment variable look like a credential in the clear; undefined when nothing does. */
export function credentialIn(name: string, value: string): Suspicion | undefined {
  const credential = CREDENTIALS.find(({ form }) => form.test(value));
  return credential ? { what: credential.what, certain: true } : suspicionByName(name, value);
}

function suspicionByName(name: string, value: string): Suspicion | undefined {
  if (value === '' || REFERENCE.test(value)) return undefined;
  const certain = CERTAIN_NAME.test(name) || (LIKELY_NAME.test(name) && RANDOM_LOOKING.test(value));
  if (!certain && !LIKELY_NAME.test(name)) return undefined;
  return { what: 'a value that its name calls a secret', certain };
}
