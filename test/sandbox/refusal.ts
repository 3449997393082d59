/**
 * A refusal as AWS words it: the code on the wire, the HTTP status and the message.
 * Codes and statuses: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

/** 403 AccessDenied with AWS's sentence. */
export function accessDenied(message: string): Refusal {
  return new Refusal(403, 'AccessDenied', message);
}

/** 400 ValidationError with AWS's sentence. */
export function validationError(message: string): Refusal {
  return new Refusal(400, 'ValidationError', message);
}

/** AWS's answer to a caller whose policies do not allow an action; it looks the same when the resource does not exist. */
export function notAuthorized(caller: string, action: string, resource: string, explicit: boolean): Refusal {
  const why = explicit ? ' with an explicit deny' : '';
  return accessDenied(
    `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}${why}`,
  );
}
