/* A file system that fails when it is told to: preloaded, it counts the calls of this process that touch a folder.
 *
 * faults_arm(folder, mode, n): from now on the n-th call that the mode is about fails, or the process dies there.
 * faults_seen(): how many such calls there were. See modes below; faults.py has their names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, FULL_ONCE, FULL, BROKEN_ONCE, BROKEN, READ_ONLY, DEATH };
enum { READS = 1, MAKES = 2, FILLS = 4, SYNCS = 8, REMOVES = 16, MOVES = 32 };

static char folder[PATH_MAX];
static int mode = OFF;
static long when, seen;

void faults_arm(const char *path, int chosen, long n) {
    snprintf(folder, sizeof folder, "%s", path);
    mode = chosen, when = n, seen = 0;
}

long faults_seen(void) { return seen; }

static int concerns(int kind) {
    switch (mode) {
    case FULL_ONCE: case FULL: return kind & (MAKES | FILLS | SYNCS);
    case BROKEN_ONCE: case BROKEN: return 1;
    case READ_ONLY: return kind & (MAKES | REMOVES | MOVES);
    case DEATH: return kind & ~READS;
    }
    return 0;
}

/* 0: let it pass; else the error that it gets. */
static int verdict(int kind, int inside) {
    if (mode == OFF || !inside || !concerns(kind)) return 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    int once = mode == FULL_ONCE || mode == BROKEN_ONCE;
    if (number < when || (once && number > when)) return 0;
    switch (mode) {
    case FULL_ONCE: case FULL: return ENOSPC;
    case READ_ONLY: return EROFS;
    case DEATH: kill(getpid(), SIGKILL); pause();
    }
    return EIO;
}

static int below(const char *path) {
    size_t length = strlen(folder);
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int open_below(int file) {
    char link[64], path[PATH_MAX];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int at_below(int at, const char *path) {
    if (mode == OFF || !path) return 0;
    if (path[0] == '/') return below(path);
    if (at != AT_FDCWD) return open_below(at);
    char here[PATH_MAX];
    return getcwd(here, sizeof here) && below(here);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)
#define REFUSE(kind, inside) do { int found = verdict(kind, inside); if (found) { errno = found; return -1; } } while (0)
#define KIND(flags) (((flags) & O_CREAT) ? MAKES : ((flags) & (O_WRONLY | O_RDWR)) ? MAKES : READS)
#define PERMISSIONS mode_t permissions = 0; if (flags & (O_CREAT | __O_TMPFILE)) { \
    va_list more; va_start(more, flags); permissions = va_arg(more, mode_t); va_end(more); }

#define OPEN(name) int name(const char *path, int flags, ...) { \
    PERMISSIONS REAL(int, name, const char *, int, ...); \
    REFUSE(KIND(flags), at_below(AT_FDCWD, path)); return real(path, flags, permissions); }
OPEN(open) OPEN(open64)
#define OPENAT(name) int name(int at, const char *path, int flags, ...) { \
    PERMISSIONS REAL(int, name, int, const char *, int, ...); \
    REFUSE(KIND(flags), at_below(at, path)); return real(at, path, flags, permissions); }
OPENAT(openat) OPENAT(openat64)
ssize_t write(int file, const void *data, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    REFUSE(FILLS, mode && open_below(file)); return real(file, data, count); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    REFUSE(FILLS, mode && open_below(file)); return real(file, parts, count); }
#define PWRITE(name) ssize_t name(int file, const void *data, size_t count, off64_t at) { \
    REAL(ssize_t, name, int, const void *, size_t, off64_t); \
    REFUSE(FILLS, mode && open_below(file)); return real(file, data, count, at); }
PWRITE(pwrite) PWRITE(pwrite64)
#define ON_FILE(name, kind) int name(int file) { \
    REAL(int, name, int); REFUSE(kind, mode && open_below(file)); return real(file); }
ON_FILE(fsync, SYNCS) ON_FILE(fdatasync, SYNCS)
#define TRUNCATE(name) int name(int file, off64_t size) { \
    REAL(int, name, int, off64_t); REFUSE(FILLS, mode && open_below(file)); return real(file, size); }
TRUNCATE(ftruncate) TRUNCATE(ftruncate64)
int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    REFUSE(MOVES, at_below(AT_FDCWD, to)); return real(from, to); }
int renameat(int at, const char *from, int there, const char *to) {
    REAL(int, renameat, int, const char *, int, const char *);
    REFUSE(MOVES, at_below(there, to)); return real(at, from, there, to); }
int renameat2(int at, const char *from, int there, const char *to, unsigned flags) {
    REAL(int, renameat2, int, const char *, int, const char *, unsigned);
    REFUSE(MOVES, at_below(there, to)); return real(at, from, there, to, flags); }
int mkdir(const char *path, mode_t permissions) {
    REAL(int, mkdir, const char *, mode_t);
    REFUSE(MAKES, at_below(AT_FDCWD, path)); return real(path, permissions); }
int mkdirat(int at, const char *path, mode_t permissions) {
    REAL(int, mkdirat, int, const char *, mode_t);
    REFUSE(MAKES, at_below(at, path)); return real(at, path, permissions); }
#define ON_PATH(name) int name(const char *path) { \
    REAL(int, name, const char *); REFUSE(REMOVES, at_below(AT_FDCWD, path)); return real(path); }
ON_PATH(unlink) ON_PATH(rmdir)
int unlinkat(int at, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    REFUSE(REMOVES, at_below(at, path)); return real(at, path, flags); }
