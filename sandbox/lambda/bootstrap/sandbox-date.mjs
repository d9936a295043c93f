const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
let offset = 0;

/** Sandbox time in milliseconds since the epoch. */
export const now = () => realNow() + offset;

/** Sandbox time as log lines show it. */
export const timestamp = () => new RealDate(now()).toISOString();

/** From here on it is `sandboxMs`, and time runs at real rate. */
export function setNow(sandboxMs) {
  if (Number.isFinite(sandboxMs) && sandboxMs > 0) offset = sandboxMs - realNow();
}

/** Makes `Date` tell sandbox time in all its forms. */
export function installDate() {
  const sandboxDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
  RealDate.prototype.constructor = sandboxDate;
  globalThis.Date = sandboxDate;
}
