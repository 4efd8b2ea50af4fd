/* Preloaded by the tests. While the file that IO_ERRORS names exists, calls on certain files fail with EIO. Its text is
 * a part of the path of these files and the kinds of calls, e.g. "/strongroom.db write sync". The kinds are read, write
 * and sync. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Nonzero if a call of this kind fails on this file. Only system calls, since the functions of the C library are below. */
static int fails(const char *kind, int file) {
    const char *control = getenv("IO_ERRORS");
    int saved = errno, fails = 0;
    int opened = control ? syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC) : -1;
    if (opened >= 0) {
        char text[256], link[64], path[4096];
        ssize_t length = syscall(SYS_read, opened, text, sizeof text - 1);
        syscall(SYS_close, opened);
        text[length > 0 ? length : 0] = 0;
        char *kinds = strchr(text, ' ');
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t named = readlink(link, path, sizeof path - 1);
        if (kinds && named > 0) {
            *kinds++ = 0;
            path[named] = 0;
            fails = strstr(path, text) && strstr(kinds, kind);
        }
    }
    errno = fails ? EIO : saved;
    return fails;
}

ssize_t read(int file, void *to, size_t size) { return fails("read", file) ? -1 : syscall(SYS_read, file, to, size); }

ssize_t pread64(int file, void *to, size_t size, off64_t at) {
    return fails("read", file) ? -1 : syscall(SYS_pread64, file, to, size, at);
}

ssize_t write(int file, const void *from, size_t size) {
    return fails("write", file) ? -1 : syscall(SYS_write, file, from, size);
}

ssize_t pwrite64(int file, const void *from, size_t size, off64_t at) {
    return fails("write", file) ? -1 : syscall(SYS_pwrite64, file, from, size, at);
}

ssize_t pread(int file, void *to, size_t size, off_t at) { return pread64(file, to, size, at); }
ssize_t pwrite(int file, const void *from, size_t size, off_t at) { return pwrite64(file, from, size, at); }

int fsync(int file) { return fails("sync", file) ? -1 : syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails("sync", file) ? -1 : syscall(SYS_fdatasync, file); }
