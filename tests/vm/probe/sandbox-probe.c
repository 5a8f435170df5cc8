/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tries out a sandbox: put in the place of a program it runs under that program's own unit, and run by
 * hand as root it shows what the same tries come to outside. One thread, a child per try. It must
 * not change the host even where nothing stops it: what has no harmless form is called with
 * arguments that the kernel refuses after it has asked for the right.
 *
 * Reads the lines "NODE PID UUID" (a vGPU's node, a process of a user that has it open, a vGPU to make)
 * from INPUT; writes a line "TRY OUTCOME" to OUTPUT for each: "ok", the name of an errno, a word.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tries.h"

#define INPUT PLACE "/probe-input"
#define OUTPUT PLACE "/probe-result"

static const struct {
  const char *name;
  int (*run) (void);
} tries[] = {
  { "make a vGPU and hear of it", hear_uevent },
  { "remove a vGPU", remove_vgpu },
  { "see a vGPU's node", see_node },
  { "give access to a vGPU's node", give_access },
  { "see who holds a vGPU", see_holder },
  { "raise a process's memory lock", raise_memory_lock },
  { "use the bus", use_bus },
  { "use libvirt", use_libvirt },
  { "run the XML worker", run_worker },
  { "use seccomp", ask_seccomp },
  { "open a vGPU's node", open_node },
  { "read another's memory", read_memory },
  { "open another's memory", open_memory },
  { "trace another process", trace },
  { "make a setuid file", make_setuid_file },
  { "make a device node", make_device_node },
  { "map writable code", map_writable_code },
  { "make code of data", make_code_of_data },
  { "call as 32 bit", call_as_32_bit },
  { "run in real time", set_realtime },
  { "see the kernel's modules", open_module_list },
  { "mounts", tell_mounts },
  { "network", tell_network },
  { "memory", tell_memory },
  { "tasks", tell_tasks },
  { "files", tell_files },
  { "core", tell_core },
  { "umask", tell_umask },
};

static const struct {
  const char *name;
  const char *line;
} states[] = {
  { "capabilities", "CapBnd:" },
  { "no new privileges", "NoNewPrivs:" },
};

static const struct {
  const char *path;
  int flags;
} files[] = {
  { "/gvt-probe", O_CREAT | O_WRONLY },
  { "/etc/gvt-probe", O_CREAT | O_WRONLY },
  { "/usr/gvt-probe", O_CREAT | O_WRONLY },
  { "/boot/gvt-probe", O_CREAT | O_WRONLY },
  { "/var/lib/gvt-probe", O_CREAT | O_WRONLY },
  { "/run/gvt-probe", O_CREAT | O_WRONLY },
  { "/run/lock/gvt-probe", O_CREAT | O_WRONLY },
  { "/sys/fs/cgroup/cgroup.procs", O_WRONLY },
  { "/sys/module/kvmgt/parameters/require_kvm", O_WRONLY },
  { "/proc/sys/kernel/printk", O_WRONLY },
  { "/etc/mdevctl.d/gvt-probe", O_CREAT | O_WRONLY },
  { "/usr/share/vgabios/gvt-probe", O_CREAT | O_WRONLY },
  { "/var/lib/gvt-manager/gvt-probe", O_CREAT | O_WRONLY },
  { "/run/gvt-manager/gvt-probe", O_CREAT | O_WRONLY },
  { "/home/alice/.bashrc", O_RDONLY },
  { "/root/gvt-probe-marker", O_RDONLY },
  { "/tmp/gvt-probe-marker", O_RDONLY },
  { "/dev/vda", O_RDONLY },
  { "/dev/mem", O_RDONLY },
  { "/dev/kmsg", O_RDONLY },
  { "/dev/rtc0", O_RDONLY },
  { "/dev/zero", O_RDONLY },
  { "/dev/null", O_RDWR },
  { "/dev/vfio/vfio", O_RDWR },
  { "/proc/modules", O_RDONLY },
  { "/run/log/journal", O_RDONLY | O_DIRECTORY },
};

/* With arguments that outside either work and change nothing here, or are refused as such. */
static const struct {
  const char *name;
  long number;
  long arguments[5];
} calls[] = {
  { "socket AF_INET", SYS_socket, { AF_INET, SOCK_STREAM } },
  { "socket AF_INET6", SYS_socket, { AF_INET6, SOCK_STREAM } },
  { "socket raw", SYS_socket, { AF_INET, SOCK_RAW, 1 } },
  { "socket AF_PACKET", SYS_socket, { AF_PACKET, SOCK_RAW } },
  { "mount", SYS_mount, { 0 } },
  { "umount2", SYS_umount2, { 0 } },
  { "move_mount", SYS_move_mount, { -1, 0, -1, 0, -1 } },
  { "pivot_root", SYS_pivot_root, { 0 } },
  { "chroot", SYS_chroot, { 0 } },
  { "init_module", SYS_init_module, { 0 } },
  { "finit_module", SYS_finit_module, { -1, 0, -1 } },
  { "delete_module", SYS_delete_module, { 0 } },
  { "kexec_load", SYS_kexec_load, { 0, 0, 0, 0xfff0 } },
  { "reboot", SYS_reboot, { 0 } },
  { "swapon", SYS_swapon, { 0, -1 } },
  { "clock_settime", SYS_clock_settime, { 0 } },
  { "settimeofday", SYS_settimeofday, { 1 } },
  { "adjtimex", SYS_adjtimex, { 0 } },
  { "syslog", SYS_syslog, { 10 } },
  { "sethostname", SYS_sethostname, { 0, -1 } },
  { "setdomainname", SYS_setdomainname, { 0, -1 } },
  { "bpf", SYS_bpf, { -1 } },
  { "perf_event_open", SYS_perf_event_open, { 0 } },
  { "keyctl", SYS_keyctl, { 0, -3 } },
  { "add_key", SYS_add_key, { 0 } },
  { "userfaultfd", SYS_userfaultfd, { 0 } },
  { "iopl", SYS_iopl, { 3 } },
  { "open_by_handle_at", SYS_open_by_handle_at, { -1 } },
  { "setuid", SYS_setuid, { 0 } },
  { "fchown", SYS_fchown, { -1 } },
  { "capset", SYS_capset, { 0 } },
  { "setpriority", SYS_setpriority, { 0, 0, -5 } },
  { "sched_setaffinity", SYS_sched_setaffinity, { 0 } },
  { "personality", SYS_personality, { PER_LINUX32 } },
  { "setns", SYS_setns, { -1 } },
  { "unshare user", SYS_unshare, { CLONE_NEWUSER } },
  { "unshare mounts", SYS_unshare, { CLONE_NEWNS } },
  { "unshare network", SYS_unshare, { CLONE_NEWNET } },
  { "landlock_create_ruleset", SYS_landlock_create_ruleset, { 0, 0, 1 } },
};

/* In a process and a process group of its own. */
#define IN_CHILD(name, expression)                                                                 \
  do {                                                                                             \
    pid_t child = fork ();                                                                         \
                                                                                                   \
    if (child == 0) {                                                                              \
      setpgid (0, 0);                                                                              \
      *outcome = '\0';                                                                             \
      if ((expression) < 0)                                                                        \
        say (strerrorname_np (errno));                                                             \
      dprintf (output, "%s\t%s\n", name, *outcome != '\0' ? outcome : "ok");                       \
      _exit (0);                                                                                   \
    }                                                                                              \
    wait_for (output, name, child);                                                                \
  } while (0)

static void
wait_for (int output, const char *name, pid_t child)
{
  int status;

  if (child < 0 || waitpid (child, &status, 0) != child)
    dprintf (output, "%s\tcannot be tried\n", name);
  else if (WIFSIGNALED (status))
    dprintf (output, "%s\tsignal %d\n", name, WTERMSIG (status));
}

int
main (void)
{
  FILE *input = fopen (INPUT, "re");
  int output = open (OUTPUT, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);

  if (input == NULL || output < 0 || fscanf (input, "%255s %d %63s", node, &holder, uuid) != 3)
    return EXIT_FAILURE;
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
    IN_CHILD (tries[i].name, tries[i].run ());
  for (size_t i = 0; i < sizeof states / sizeof *states; i++)
    IN_CHILD (states[i].name, say_line ("/proc/self/status", states[i].line));
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    IN_CHILD (files[i].path, try_file (files[i].path, files[i].flags));
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    const long *with = calls[i].arguments;

    IN_CHILD (calls[i].name,
              syscall (calls[i].number, with[0], with[1], with[2], with[3], with[4]));
  }
  return EXIT_SUCCESS;
}
