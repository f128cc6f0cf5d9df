// Makes file I/O below $FAIL_IO_DIR fail, as the lines of the file $FAIL_IO_RULES say: each is
// `<call>[#<n>] <errno> <part of the path>`, where call is open, read, write, sync, close, stat, access, mkdir, list,
// rename, remove, touch or cut, or `any` of them; with n only the n-th of these calls since the rules were given
// fails, else each of them. `torn` instead of write fails after half of the bytes. Each failure is counted by a byte
// at the end of $FAIL_IO_RULES.count.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// System calls of our own go past the functions that are replaced here.
#define raw(...) REAL(syscall)(__VA_ARGS__)

static ssize_t slurp(const char *file, char *into, size_t size) {
  int fd = raw(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  ssize_t count = raw(SYS_read, fd, into, size - 1);
  raw(SYS_close, fd);
  into[count < 0 ? 0 : count] = 0;
  return count;
}

static void count_failure(const char *rules) {
  char file[PATH_MAX];
  snprintf(file, sizeof file, "%s.count", rules);
  int fd = raw(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  raw(SYS_write, fd, "x", 1);
  raw(SYS_close, fd);
}

#define MAX_RULES 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char known[4096];
static int calls[MAX_RULES];

// The rule for one call, or 0. A rule that names a number counts the calls that it could be for.
static int code_in(char *text, const char *path, const char *call) {
  char *rest = NULL;
  int rule = 0, found = 0;
  for (char *line = strtok_r(text, "\n", &rest); line && rule < MAX_RULES; line = strtok_r(NULL, "\n", &rest), rule++) {
    char name[24], part[256] = "";
    int code = 0, nth = 0;
    if (sscanf(line, "%23s %d %255s", name, &code, part) < 2) continue;
    char *number = strchr(name, '#');
    if (number) *number = 0, nth = atoi(number + 1);
    int is_any = strcmp(name, "any") == 0 && strcmp(call, "torn") != 0;
    if ((!is_any && strcmp(name, call) != 0) || !strstr(path, part)) continue;
    if (nth == 0 || ++calls[rule] == nth) found = found ? found : code;
  }
  return found;
}

// The errno with which `call` on `path` is to fail, or 0.
static int fails_at(const char *path, const char *call) {
  const char *directory = getenv("FAIL_IO_DIR"), *rules = getenv("FAIL_IO_RULES");
  char text[4096];
  int before = errno, code = 0;
  if (!directory || !rules || !path || strncmp(path, directory, strlen(directory)) != 0) return 0;
  if (slurp(rules, text, sizeof text) > 0) {
    pthread_mutex_lock(&lock);
    if (strcmp(text, known) != 0) {
      strcpy(known, text);
      memset(calls, 0, sizeof calls);
    }
    code = code_in(text, path, call);
    pthread_mutex_unlock(&lock);
  }
  errno = before;
  return code;
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
  return raw(SYS_pwrite64, fd, bytes, size / 2, at);
}

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

#define AT_PATH(call, type, failure, name, parameters, arguments) \
  type name parameters {                                         \
    int code = fails_at(path, call);                             \
    if (!code) return REAL(name) arguments;                      \
    report(code);                                                \
    return failure;                                              \
  }

AT_PATH("access", int, -1, access, (const char *path, int mode), (path, mode))
AT_PATH("mkdir", int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
AT_PATH("rename", int, -1, rename, (const char *path, const char *to), (path, to))
AT_PATH("remove", int, -1, unlink, (const char *path), (path))
AT_PATH("remove", int, -1, rmdir, (const char *path), (path))
AT_PATH("remove", int, -1, remove, (const char *path), (path))
AT_PATH("cut", int, -1, truncate, (const char *path, off_t size), (path, size))
AT_PATH("list", DIR *, NULL, opendir, (const char *path), (path))
AT_PATH("touch", int, -1, utimensat, (int at, const char *path, const struct timespec times[2], int flags), (at, path, times, flags))
AT_PATH("list", int, -1, scandir64,
        (const char *path, struct dirent64 ***names, int (*filter)(const struct dirent64 *),
         int (*compare)(const struct dirent64 **, const struct dirent64 **)),
        (path, names, filter, compare))
ON_FD("cut", int, ftruncate64, (int fd, off64_t size), (fd, size))
ON_FD("touch", int, futimens, (int fd, const struct timespec times[2]), (fd, times))

// The handle is gone in any case, as Linux has it.
int close(int fd) {
  int code = fails(fd, "close");
  int done = REAL(close)(fd);
  return code ? report(code) : done;
}

// libuv asks for a file's state, and closes files, without a function of the C library.
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  int code = 0;
  if (number == SYS_statx) {
    const char *path = (const char *)b;
    code = path && *path ? fails_at(path, "stat") : fails((int)a, "stat");
    if (code) return report(code);
  }
  if (number == SYS_close) code = fails((int)a, "close");
  long done = raw(number, a, b, c, d, e, f);
  return code ? report(code) : done;
}
