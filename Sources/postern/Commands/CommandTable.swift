// All commands in the order of the help page.

enum CommandTable {
  static let all: [Command] = [
    .demo, .initialize, .serve, .seal,
    .put, .list, .show, .versions, .set, .validity, .withdraw, .delete,
    .holdAdd, .holdList, .holdRemove,
    .link, .presign, .revoke, .links,
    .tenantCreate, .tenantList, .tenantShow, .grantAdd, .grantList, .grantRemove, .grantExplain,
    .policyShow, .policySet, .policyEdit, .policyDiff, .policyHistory,
    .tokenIssue, .tokenList, .tokenRevoke,
    .auditTail, .auditShow, .auditReceipt, .auditVerify, .auditPeople, .auditErase,
    .doctor, .keysList, .keysRotate, .keysRetire,
    .scrub, .scrubVerifyReceipt, .storeCredentials, .backup, .restore, .completion, .version,
  ]
}
