/** Something wrong with what a client sent, without the value itself. */
export interface ApiIssue {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** What a refusal says beside status, code and message. */
export interface RefusalDetails {
  readonly issues?: readonly ApiIssue[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body, or the rest of it, was not read. */
  readonly isUnread?: boolean;
}

/** Why a request is not taken: as HTTP says it, and with a code for programs. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: readonly ApiIssue[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly isUnread: boolean;

  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.issues = details.issues;
    this.headers = details.headers ?? {};
    this.isUnread = details.isUnread ?? false;
  }
}
