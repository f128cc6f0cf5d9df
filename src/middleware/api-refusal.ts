import type { Issue } from '../issue.ts';
import { Refusal } from '../serve/refusal.ts';

/** What a refusal says beside status, code and message. */
export interface RefusalDetails {
  readonly issues?: readonly Issue[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body, or the rest of it, was not read. */
  readonly isUnread?: boolean;
}

/** A refusal with a code for programs. */
export class ApiRefusal extends Refusal {
  readonly code: string;
  readonly issues: readonly Issue[] | undefined;
  readonly isUnread: boolean;

  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(status, message, details.headers);
    this.code = code;
    this.issues = details.issues;
    this.isUnread = details.isUnread ?? false;
  }
}
