#pragma once
// Linux system calls and constants that the Glibc module does not import.
//
// _GNU_SOURCE must not be defined here: the headers below are shared with the Glibc module, and two
// modules that see different definitions of one struct cannot be imported together. What hides
// behind it is declared or wrapped by hand.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// A file without a name; the macro is behind _GNU_SOURCE (asm-generic/fcntl.h: __O_TMPFILE).
static const int postern_O_TMPFILE = 020000000 | O_DIRECTORY;

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
