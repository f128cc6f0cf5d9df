// Makes file I/O below $FAIL_IO_DIR fail, as the lines of the file $FAIL_IO_RULES say: each is
// `<call> <errno> <part of the path>`, where call is open, read, write or sync; `torn` instead of write fails
// after half of the bytes. Each failure is counted by a byte at the end of $FAIL_IO_RULES.count.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// System calls of our own go past the functions that are replaced here.
static ssize_t slurp(const char *file, char *into, size_t size) {
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  ssize_t count = syscall(SYS_read, fd, into, size - 1);
  syscall(SYS_close, fd);
  into[count < 0 ? 0 : count] = 0;
  return count;
}

static void count_failure(const char *rules) {
  char file[PATH_MAX];
  snprintf(file, sizeof file, "%s.count", rules);
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  syscall(SYS_write, fd, "x", 1);
  syscall(SYS_close, fd);
}

// The errno with which `call` on `path` is to fail, or 0.
static int fails_at(const char *path, const char *call) {
  const char *directory = getenv("FAIL_IO_DIR"), *rules = getenv("FAIL_IO_RULES");
  char text[4096];
  if (!directory || !rules || strncmp(path, directory, strlen(directory)) != 0) return 0;
  if (slurp(rules, text, sizeof text) <= 0) return 0;
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    char name[16], part[256] = "";
    int code = 0;
    if (sscanf(line, "%15s %d %255s", name, &code, part) < 2) continue;
    if (strcmp(name, call) == 0 && strstr(path, part)) return code;
  }
  return 0;
}

static int fails(int fd, const char *call) {
  int before = errno;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  errno = before;
  if (size <= 0) return 0;
  path[size] = 0;
  return fails_at(path, call);
}

static int report(int code) {
  count_failure(getenv("FAIL_IO_RULES"));
  errno = code;
  return -1;
}

// Every other call writes half of its bytes, and the one that comes for the rest fails.
static __thread int torn_before;

static ssize_t torn(int fd, const void *bytes, size_t size, off_t at, int code) {
  torn_before = !torn_before;
  if (!torn_before || size < 2) return report(code);
  return syscall(SYS_pwrite64, fd, bytes, size / 2, at);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define ON_FD(call, type, name, parameters, arguments)      \
  type name parameters {                                    \
    int code = fails(fd, call);                             \
    return code ? report(code) : REAL(name) arguments;      \
  }

ON_FD("read", ssize_t, read, (int fd, void *to, size_t size), (fd, to, size))
ON_FD("read", ssize_t, pread, (int fd, void *to, size_t size, off_t at), (fd, to, size, at))
ON_FD("read", ssize_t, pread64, (int fd, void *to, size_t size, off64_t at), (fd, to, size, at))
ON_FD("read", ssize_t, preadv, (int fd, const struct iovec *to, int count, off_t at), (fd, to, count, at))
ON_FD("read", ssize_t, preadv64, (int fd, const struct iovec *to, int count, off64_t at), (fd, to, count, at))
ON_FD("write", ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size))
ON_FD("write", ssize_t, pwritev, (int fd, const struct iovec *from, int count, off_t at), (fd, from, count, at))
ON_FD("write", ssize_t, pwritev64, (int fd, const struct iovec *from, int count, off64_t at), (fd, from, count, at))
ON_FD("sync", int, fsync, (int fd), (fd))
ON_FD("sync", int, fdatasync, (int fd), (fd))

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
  int code = fails(fd, "write"), half = fails(fd, "torn");
  if (half) return torn(fd, from, size, at, half);
  return code ? report(code) : REAL(pwrite64)(fd, from, size, at);
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
  return pwrite64(fd, from, size, at);
}

#define ON_PATH(name)                                                        \
  int name(const char *path, int flags, ...) {                               \
    va_list rest;                                                            \
    va_start(rest, flags);                                                   \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;  \
    va_end(rest);                                                            \
    int code = fails_at(path, "open");                                       \
    return code ? report(code) : REAL(name)(path, flags, mode);              \
  }

ON_PATH(open)
ON_PATH(open64)
