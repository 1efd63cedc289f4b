/**
 * Errors say who acts next. The class decides the retry and the HTTP status; the message names the place,
 * the reason and the remedy; `hint` is the next action on its own, for people who read only that.
 *
 * | class             | who acts                         | HTTP |
 * | ----------------- | -------------------------------- | ---- |
 * | `Invalid`         | the caller, by mending the input | 400  |
 * | `Unauthenticated` | the caller, with another key     | 401  |
 * | `Forbidden`       | the caller, with a wider key     | 403  |
 * | `NotFound`        | the caller                       | 404  |
 * | `TooLarge`        | the caller, with smaller pieces  | 413  |
 * | `Busy`            | nobody: try again later          | 503  |
 * | `SourceDown`      | nobody: we retry                 | 502  |
 * | `SourceRefused`   | the operator, at the source      | 502  |
 * | `PayloadChanged`  | the adapter's author; raw kept   | 422  |
 * | `SettingsInvalid` | the operator, in the settings    | 500  |
 */
export abstract class UndercurrentError extends Error {
  /** Stable, upper-case, e.g. `INVALID`; outsiders may switch on it. */
  abstract readonly code: string;
  abstract readonly status: 400 | 401 | 403 | 404 | 413 | 422 | 500 | 502 | 503;
  readonly hint: string;

  constructor(message: string, hint = '', options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The input is wrong. `field` is the path of the mistake, e.g. `batch[3].timestamp`. */
export class Invalid extends UndercurrentError {
  readonly code: string;
  readonly status = 400;
  readonly field: string | undefined;

  constructor(message: string, hint = '', options: { cause?: unknown; code?: string; field?: string } = {}) {
    super(message, hint, options);
    this.code = options.code ?? 'INVALID';
    this.field = options.field;
  }
}

export class Unauthenticated extends UndercurrentError {
  readonly code = 'UNAUTHENTICATED';
  readonly status = 401;
}

export class Forbidden extends UndercurrentError {
  readonly code = 'FORBIDDEN';
  readonly status = 403;
}

export class NotFound extends UndercurrentError {
  readonly code = 'NOT_FOUND';
  readonly status = 404;
}

export class TooLarge extends UndercurrentError {
  readonly code = 'TOO_LARGE';
  readonly status = 413;
}

/** We can't take more just now. `retryAfter` is in seconds and becomes the `Retry-After` header. */
export class Busy extends UndercurrentError {
  readonly code = 'BUSY';
  readonly status = 503;
  readonly retryAfter: number;

  constructor(message: string, retryAfter = 1) {
    super(message, `Try again in ${retryAfter} s.`);
    this.retryAfter = retryAfter;
  }
}

export class SourceDown extends UndercurrentError {
  readonly code = 'SOURCE_DOWN';
  readonly status = 502;
}

export class SourceRefused extends UndercurrentError {
  readonly code = 'SOURCE_REFUSED';
  readonly status = 502;
}

export class PayloadChanged extends UndercurrentError {
  readonly code = 'PAYLOAD_CHANGED';
  readonly status = 422;
}

export class SettingsInvalid extends UndercurrentError {
  readonly code = 'SETTINGS_INVALID';
  readonly status = 500;
}
