/* A file system that fails when it is told to: preloaded, it counts the calls of this process that touch a folder.
 *
 * faults_arm(folder, mode, n): from now on the n-th call that the mode is about fails, or the process dies there.
 * faults_seen(): how many such calls there were. See modes below; faults.py has their names.
 * faults_calls(mode): how many calls there were since then that another mode is about.
 * faults_tell(folder, out, in): from now on each call that changed something there is told to `out`, a line each ("S" and
 * the path for what was synced, "." for all else), and the process waits for one byte from `in` before it goes on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, FULL_ONCE, FULL, BROKEN_ONCE, BROKEN, READ_ONLY, DEATH, TELL };
enum { READS = 1, MAKES = 2, FILLS = 4, SYNCS = 8, REMOVES = 16, MOVES = 32 };

static char folder[PATH_MAX];
static int mode = OFF;
static long when, seen, of_kind[64];
static int told, answers;
static pthread_mutex_t one_by_one = PTHREAD_MUTEX_INITIALIZER;

void faults_arm(const char *path, int chosen, long n) {
    snprintf(folder, sizeof folder, "%s", path);
    mode = chosen, when = n, seen = 0;
    memset(of_kind, 0, sizeof of_kind);
}

long faults_seen(void) { return seen; }

void faults_tell(const char *path, int out, int in) {
    told = out, answers = in;
    faults_arm(path, TELL, 0);
}

static int concerns(int chosen, int kind) {
    switch (chosen) {
    case FULL_ONCE: case FULL: return kind & (MAKES | FILLS | SYNCS);
    case BROKEN_ONCE: case BROKEN: return 1;
    case READ_ONLY: return kind & (MAKES | REMOVES | MOVES);
    case DEATH: return kind & ~READS;
    }
    return 0;
}

long faults_calls(int chosen) {
    long found = 0;
    for (int kind = READS; kind <= MOVES; kind *= 2) found += concerns(chosen, kind) ? of_kind[kind] : 0;
    return found;
}

/* 0: let it pass; else the error that it gets. */
static int verdict(int kind, int inside) {
    if (mode == OFF || !inside) return 0;
    __atomic_add_fetch(&of_kind[kind], 1, __ATOMIC_SEQ_CST);
    if (!concerns(mode, kind)) return 0;
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

/* What has just been done; `file`: what was synced. It goes past our own `write`. */
static void tell(int kind, int inside, int file) {
    if (mode != TELL || !inside || kind == READS) return;
    int before = errno;
    char link[64], line[PATH_MAX + 3] = ".\n";
    if (kind == SYNCS) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t length = readlink(link, line + 1, PATH_MAX);
        if (length >= 0) line[0] = 'S', line[length + 1] = '\n', line[length + 2] = 0;
    }
    pthread_mutex_lock(&one_by_one);
    char answer;
    if (syscall(SYS_write, told, line, strlen(line)) > 0) while (read(answers, &answer, 1) < 0 && errno == EINTR);
    pthread_mutex_unlock(&one_by_one);
    errno = before;
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
#define KIND(flags) (((flags) & O_CREAT) ? MAKES : ((flags) & (O_WRONLY | O_RDWR)) ? MAKES : READS)
#define PERMISSIONS mode_t permissions = 0; if (flags & (O_CREAT | __O_TMPFILE)) { \
    va_list more; va_start(more, flags); permissions = va_arg(more, mode_t); va_end(more); }
/* Refused where it is its turn; else done, and told. */
#define DO(type, kind, where, file, call) do { \
    int inside = mode != OFF && (where), found = verdict(kind, inside); \
    if (found) { errno = found; return -1; } \
    type result = call; if (result >= 0) tell(kind, inside, file); return result; } while (0)

#define OPEN(name) int name(const char *path, int flags, ...) { \
    PERMISSIONS REAL(int, name, const char *, int, ...); \
    DO(int, KIND(flags), at_below(AT_FDCWD, path), -1, real(path, flags, permissions)); }
OPEN(open) OPEN(open64)
#define OPENAT(name) int name(int at, const char *path, int flags, ...) { \
    PERMISSIONS REAL(int, name, int, const char *, int, ...); \
    DO(int, KIND(flags), at_below(at, path), -1, real(at, path, flags, permissions)); }
OPENAT(openat) OPENAT(openat64)
ssize_t write(int file, const void *data, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    DO(ssize_t, FILLS, open_below(file), file, real(file, data, count)); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    DO(ssize_t, FILLS, open_below(file), file, real(file, parts, count)); }
#define PWRITE(name) ssize_t name(int file, const void *data, size_t count, off64_t at) { \
    REAL(ssize_t, name, int, const void *, size_t, off64_t); \
    DO(ssize_t, FILLS, open_below(file), file, real(file, data, count, at)); }
PWRITE(pwrite) PWRITE(pwrite64)
#define SENDFILE(name) ssize_t name(int file, int from, off_t *at, size_t count) { \
    REAL(ssize_t, name, int, int, off_t *, size_t); \
    DO(ssize_t, FILLS, open_below(file), file, real(file, from, at, count)); }
SENDFILE(sendfile) SENDFILE(sendfile64)
ssize_t copy_file_range(int from, off64_t *at, int file, off64_t *there, size_t count, unsigned flags) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    DO(ssize_t, FILLS, open_below(file), file, real(from, at, file, there, count, flags)); }
#define ON_FILE(name, kind) int name(int file) { \
    REAL(int, name, int); DO(int, kind, open_below(file), file, real(file)); }
ON_FILE(fsync, SYNCS) ON_FILE(fdatasync, SYNCS)
#define TRUNCATE(name) int name(int file, off64_t size) { \
    REAL(int, name, int, off64_t); DO(int, FILLS, open_below(file), file, real(file, size)); }
TRUNCATE(ftruncate) TRUNCATE(ftruncate64)
int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    DO(int, MOVES, at_below(AT_FDCWD, to), -1, real(from, to)); }
int renameat(int at, const char *from, int there, const char *to) {
    REAL(int, renameat, int, const char *, int, const char *);
    DO(int, MOVES, at_below(there, to), -1, real(at, from, there, to)); }
int renameat2(int at, const char *from, int there, const char *to, unsigned flags) {
    REAL(int, renameat2, int, const char *, int, const char *, unsigned);
    DO(int, MOVES, at_below(there, to), -1, real(at, from, there, to, flags)); }
int link(const char *from, const char *to) {
    REAL(int, link, const char *, const char *);
    DO(int, MAKES, at_below(AT_FDCWD, to), -1, real(from, to)); }
int symlink(const char *from, const char *to) {
    REAL(int, symlink, const char *, const char *);
    DO(int, MAKES, at_below(AT_FDCWD, to), -1, real(from, to)); }
int mkdir(const char *path, mode_t permissions) {
    REAL(int, mkdir, const char *, mode_t);
    DO(int, MAKES, at_below(AT_FDCWD, path), -1, real(path, permissions)); }
int mkdirat(int at, const char *path, mode_t permissions) {
    REAL(int, mkdirat, int, const char *, mode_t);
    DO(int, MAKES, at_below(at, path), -1, real(at, path, permissions)); }
#define ON_PATH(name) int name(const char *path) { \
    REAL(int, name, const char *); DO(int, REMOVES, at_below(AT_FDCWD, path), -1, real(path)); }
ON_PATH(unlink) ON_PATH(rmdir)
int unlinkat(int at, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    DO(int, REMOVES, at_below(at, path), -1, real(at, path, flags)); }
