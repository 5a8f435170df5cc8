/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the probe tries that is more than one system call. Each runs in a child of its own and may
 * leave that in any state, but must not change the host outside of a sandbox either.
 */
#define _GNU_SOURCE
#include "tries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARENT "/sys/class/mdev_bus/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_8/create"

char node[256];
char uuid[64];
pid_t holder;

char outcome[256];

int
say (const char *word)
{
  snprintf (outcome, sizeof outcome, "%s", word);
  return 0;
}

int
try_file (const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

  if (fd >= 0 && (flags & O_CREAT))
    unlink (path);
  return fd < 0 ? -1 : close (fd);
}

static int
write_text (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  return fd < 0 || write (fd, text, strlen (text)) < 0 ? -1 : close (fd);
}

int
say_line (const char *path, const char *name)
{
  FILE *file = fopen (path, "re");
  char line[256];

  while (file != NULL && fgets (line, sizeof line, file) != NULL) {
    if (strncmp (line, name, strlen (name)) != 0)
      continue;
    line[strcspn (line, "\n")] = '\0';
    return say (line + strlen (name) + strspn (line + strlen (name), "\t "));
  }
  return -1;
}

static int
say_link (const char *path)
{
  return readlink (path, outcome, sizeof outcome - 1) < 0 ? -1 : 0;
}

static int
say_rlimit (int resource)
{
  struct rlimit limit;

  if (getrlimit (resource, &limit) != 0)
    return -1;
  snprintf (outcome, sizeof outcome, "%llu", (unsigned long long) limit.rlim_max);
  return 0;
}

static int
try_connect (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  strcpy (address.sun_path, path);
  return fd < 0 ? -1 : connect (fd, (struct sockaddr *) &address, sizeof address);
}

int
make_setuid_file (void)
{
  int fd = open (PLACE "/probe-setuid", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  int result = fd < 0 ? -1 : fchmod (fd, 04755);
  int error = errno;

  unlink (PLACE "/probe-setuid");
  errno = error;
  return result;
}

/* Whether a vGPU's coming is heard of, which takes its making too. */
int
hear_uevent (void)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  char message[8192];

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) != 0 ||
      write_text (PARENT, uuid) != 0)
    return -1;
  while (poll (&wait, 1, 60000) == 1) {
    ssize_t length = recv (fd, message, sizeof message - 1, 0);

    message[length > 0 ? length : 0] = '\0';
    if (strncmp (message, "add@", 4) == 0 && strstr (message, uuid) != NULL)
      return 0;
  }
  errno = ETIMEDOUT;
  return -1;
}

int
remove_vgpu (void)
{
  char path[256];

  snprintf (path, sizeof path, "/sys/bus/mdev/devices/%s/remove", uuid);
  return write_text (path, "1");
}

int
give_access (void)
{
  char path[64];
  int fd = open (node, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  acl_t acl = acl_from_text ("u::rw-,u:12345:rw-,g::---,m::rw-,o::---");

  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return fd < 0 ? -1 : acl_set_file (path, ACL_TYPE_ACCESS, acl);
}

int
raise_memory_lock (void)
{
  struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

  return prlimit (holder, RLIMIT_MEMLOCK, &limit, NULL);
}

int
see_holder (void)
{
  char path[300];
  char target[256];
  DIR *folder;

  snprintf (path, sizeof path, "/proc/%d/fd", holder);
  folder = opendir (path);
  if (folder == NULL)
    return -1;
  for (struct dirent *entry; (entry = readdir (folder)) != NULL;) {
    ssize_t length = readlinkat (dirfd (folder), entry->d_name, target, sizeof target - 1);

    if (length > 0 && (target[length] = '\0', strcmp (target, node) == 0))
      return 0;
  }
  errno = ENOENT;
  return -1;
}

int
read_memory (void)
{
  char byte;
  struct iovec here = { &byte, 1 };
  struct iovec there = { NULL, 1 }; /* EFAULT, for whoever may ask */

  return (int) process_vm_readv (holder, &here, 1, &there, 1, 0);
}

int
open_memory (void)
{
  char path[64];

  snprintf (path, sizeof path, "/proc/%d/mem", holder);
  return try_file (path, O_RDONLY);
}

int
trace (void)
{
  return (int) ptrace (PTRACE_SEIZE, holder, NULL, NULL);
}

int
map_writable_code (void)
{
  void *map = mmap (NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return map == MAP_FAILED ? -1 : 0;
}

int
make_code_of_data (void)
{
  void *map = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return mprotect (map, 4096, PROT_READ | PROT_EXEC);
}

int
call_as_32_bit (void)
{
  long result;

  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L /* getpid */) : "memory");
  return result > 0 ? 0 : -1;
}

int
run_worker (void)
{
  pid_t child = fork ();
  int status;

  if (child == 0) {
    int null = open ("/dev/null", O_RDWR);

    dup2 (null, 0);
    dup2 (null, 1);
    dup2 (null, 2);
    execl ("/usr/libexec/gvt-domain-editor", "gvt-domain-editor", NULL);
    _exit (99);
  }
  if (child < 0 || waitpid (child, &status, 0) != child)
    return -1;
  errno = EACCES;
  return WIFEXITED (status) && WEXITSTATUS (status) != 99 ? 0 : -1;
}

int
make_device_node (void)
{
  int result = mknod (PLACE "/probe-node", S_IFCHR | 0600, makedev (1, 3));
  int error = errno;

  unlink (PLACE "/probe-node");
  errno = error;
  return result;
}

int
set_realtime (void)
{
  struct sched_param parameter = { .sched_priority = 1 };

  return sched_setscheduler (0, SCHED_FIFO, &parameter);
}

int
ask_seccomp (void)
{
  uint32_t action = SECCOMP_RET_KILL_PROCESS;

  return (int) syscall (SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

int
open_module_list (void)
{
  struct utsname kernel;
  char path[512];

  uname (&kernel);
  snprintf (path, sizeof path, "/usr/lib/modules/%s/modules.dep", kernel.release);
  return try_file (path, O_RDONLY);
}

/* How many processes there can be: forks until that fails. */
int
tell_tasks (void)
{
  int count = 0;

  while (count < 1000) {
    pid_t child = fork ();

    if (child == 0) {
      pause ();
      _exit (0);
    }
    if (child < 0)
      break;
    count++;
  }
  signal (SIGTERM, SIG_IGN);
  kill (0, SIGTERM);
  /* This process and its parent are two more. */
  snprintf (outcome, sizeof outcome, "%d", count + 2);
  return 0;
}

int
tell_umask (void)
{
  snprintf (outcome, sizeof outcome, "%04o", umask (0));
  return 0;
}

int
tell_mounts (void)
{
  return say_link ("/proc/self/ns/mnt");
}
int
tell_network (void)
{
  return say_link ("/proc/self/ns/net");
}
int
tell_memory (void)
{
  char path[600];

  if (say_line ("/proc/self/cgroup", "0::") != 0)
    return -1;
  snprintf (path, sizeof path, "/sys/fs/cgroup%s/memory.max", outcome);
  return say_line (path, "");
}
int
tell_files (void)
{
  return say_rlimit (RLIMIT_NOFILE);
}
int
tell_core (void)
{
  return say_rlimit (RLIMIT_CORE);
}
int
tell_capabilities (void)
{
  return say_line ("/proc/self/status", "CapBnd:");
}
int
tell_privileges (void)
{
  return say_line ("/proc/self/status", "NoNewPrivs:");
}
int
use_bus (void)
{
  return try_connect ("/run/dbus/system_bus_socket");
}
int
use_libvirt (void)
{
  return try_connect ("/run/libvirt/libvirt-sock");
}
int
see_node (void)
{
  return try_file (node, O_PATH);
}
int
open_node (void)
{
  return try_file (node, O_RDWR);
}
