#pragma once
// Linux system calls and constants that the Glibc module does not import.
//
// _GNU_SOURCE must not be defined here: the headers below are shared with the Glibc module, and two
// modules that see different definitions of one struct cannot be imported together. What hides
// behind it is declared or wrapped by hand.
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// A file without a name; the macro is behind _GNU_SOURCE (asm-generic/fcntl.h: __O_TMPFILE).
static const int postern_O_TMPFILE = 020000000 | O_DIRECTORY;

// The parameters are macros with a cast. 1 if the C library takes all three.
static inline int postern_keep_heap_small(int arenas, int mapped_bytes) {
  return mallopt(M_ARENA_MAX, arenas) && mallopt(M_MMAP_THRESHOLD, mapped_bytes) &&
         mallopt(M_TRIM_THRESHOLD, mapped_bytes);
}

// `ptrace` takes a variable number of arguments.
static inline long postern_ptrace_attach(pid_t process) {
  return ptrace(PTRACE_ATTACH, process, 0, 0);
}

// SO_PEERCRED (17 on every Linux architecture but parisc, sparc and mips) fills three 32-bit words,
// `struct ucred` of unix(7).
static inline int postern_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
  struct {
    int32_t pid;
    uint32_t uid, gid;
  } credentials;
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
  *pid = credentials.pid;
  *uid = credentials.uid;
  *gid = credentials.gid;
  return 0;
}

// Accepts without blocking, closed on exec; the function is behind _GNU_SOURCE.
int accept4(int fd, struct sockaddr *restrict name, socklen_t *restrict size, int flags);
static inline int postern_accept(int fd, struct sockaddr_storage *name) {
  socklen_t size = sizeof *name;
  return accept4(fd, (struct sockaddr *)name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

#include <string.h>

// Descriptors over a Unix socket (unix(7), SCM_RIGHTS): the control message macros are not imported.
// Sends `count` bytes with `descriptor_count` descriptors (at most 4); result of sendmsg.
static inline ssize_t postern_send_descriptors(int socket, const void *bytes, size_t count,
                                               const int *descriptors, size_t descriptor_count) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control;
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {0};
  if (descriptor_count > 4) { errno = EINVAL; return -1; }
  memset(&control, 0, sizeof control);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor_count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(descriptor_count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptor_count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, descriptor_count * sizeof(int));
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

// Receives at most `count` bytes and at most 4 descriptors (close-on-exec) into `descriptors`; sets
// `descriptor_count`; result of recvmsg, or -1 with EMSGSIZE if something was cut off.
static inline ssize_t postern_receive_descriptors(int socket, void *bytes, size_t count,
                                                  int descriptors[4], size_t *descriptor_count) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control;
  struct iovec part = {bytes, count};
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control;
  *descriptor_count = 0;
  ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (result < 0) return result;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t bytes_held = header->cmsg_len - CMSG_LEN(0);
    *descriptor_count = bytes_held / sizeof(int);
    memcpy(descriptors, CMSG_DATA(header), bytes_held);
  }
  if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) { errno = EMSGSIZE; return -1; }
  return result;
}

// Closes every descriptor from `first` on in the child; the declaration is behind _GNU_SOURCE.
#include <spawn.h>
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
static inline int postern_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
