#pragma once
#include <errno.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// `prctl` and `syscall` are variadic and not imported; these are the calls the sandbox makes.
long syscall(long number, ...);

static inline int postern_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static inline int postern_set_no_new_privileges(void) {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

// Denies every access to files that is not through an open descriptor (Landlock ABI 1, no rules).
// 0 if it holds, -1 if the kernel cannot do it.
static inline int postern_landlock_deny_files(void) {
  struct landlock_ruleset_attr attributes = {.handled_access_fs = (1ULL << 13) - 1};
  long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  if (ruleset < 0) return -1;
  long result = syscall(SYS_landlock_restrict_self, ruleset, 0);
  close((int)ruleset);
  return result == 0 ? 0 : -1;
}

// An allow rule whose argument `index` has none of the bits of `mask`; the comparison structure is
// made by variadic macros.
static inline int postern_seccomp_allow_without(scmp_filter_ctx context, int call,
                                                unsigned int index, scmp_datum_t mask) {
  struct scmp_arg_cmp comparison = {index, SCMP_CMP_MASKED_EQ, mask, 0};
  return seccomp_rule_add_array(context, SCMP_ACT_ALLOW, call, 1, &comparison);
}
static inline int postern_seccomp_allow(scmp_filter_ctx context, int call) {
  return seccomp_rule_add_array(context, SCMP_ACT_ALLOW, call, 0, NULL);
}

// SCMP_ACT_KILL_PROCESS is a macro with a cast.
static inline scmp_filter_ctx postern_seccomp_create(void) {
  return seccomp_init(SCMP_ACT_KILL_PROCESS);
}

// A copy of this process as a child of its parent (clone(2), CLONE_PARENT), who then may kill it and
// must wait for it. 0 in the copy. Handlers of `fork` do not run, so the process must have no second
// thread. All other arguments are 0, so their order, which differs by architecture, does not matter.
static inline pid_t postern_copy_beside(void) {
  return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
}
