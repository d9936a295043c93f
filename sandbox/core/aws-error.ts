/**
 * The one error that sandbox operations throw: what AWS would have answered.
 * `code` is the modelled exception name (`ResourceNotFoundException`), `status` the HTTP status where the model does
 * not give it, `extra` further members of the modelled error (`Type`, `Reason`, …).
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: { status?: number; extra?: Record<string, unknown> } = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status;
    this.extra = options.extra ?? {};
  }
}
