/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the probe tries: 0, or -1 with errno; what has more to tell says it in `outcome`. */
#pragma once

#include <sys/types.h>

#define PLACE "/run/gvt-manager" /* writable for both programs */

extern char node[256];    /* a vGPU's node */
extern pid_t holder;      /* a process of a user that has it open */
extern char uuid[64];     /* a vGPU to make */
extern char outcome[256]; /* else empty */

int say (const char *word);
int try_file (const char *path, int flags);

/* Says what follows @name in the line of a file of /proc/self that begins with it. */
int say_line (const char *path, const char *name);

int hear_uevent (void);
int remove_vgpu (void);
int see_node (void);
int give_access (void);
int see_holder (void);
int raise_memory_lock (void);
int use_bus (void);
int use_libvirt (void);
int run_worker (void);
int ask_seccomp (void);
int open_node (void);
int read_memory (void);
int open_memory (void);
int trace (void);
int make_setuid_file (void);
int make_device_node (void);
int map_writable_code (void);
int make_code_of_data (void);
int call_as_32_bit (void);
int set_realtime (void);
int open_module_list (void);
int tell_mounts (void);
int tell_network (void);
int tell_memory (void);
int tell_tasks (void);
int tell_files (void);
int tell_core (void);
int tell_umask (void);
