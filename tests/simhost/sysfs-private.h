/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mount.h"
#include "sysfs.h"

G_BEGIN_DECLS

/** What stat() says of every attribute, and the most a write takes: one page. */
#define SIM_ATTRIBUTE_SIZE 4096

/**
 * SimSysfs:
 * @pending: (element-type Pending): requests that wait, by number
 * @handles: (element-type Handle): open attributes
 * @listings: (element-type GArray): open directories
 * @start: the time that all files show
 */
struct _SimSysfs {
  SimHost *host;
  SimMount *mount;
  GHashTable *pending;
  GHashTable *handles;
  GHashTable *listings;
  guint64 last_pending;
  time_t start;
};

/* Short forms for every operation. */
static inline SimSysfs *
sim_sysfs_of (fuse_req_t request)
{
  return fuse_req_userdata (request);
}

static inline SimNode *
sim_sysfs_node (fuse_req_t request, fuse_ino_t inode)
{
  return sim_tree_by_id (sim_sysfs_of (request)->host->tree, inode);
}

/** The FUSE operations on attributes, as fuse_lowlevel_ops describes them. */
void sim_sysfs_open (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info);

void sim_sysfs_release (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info);

void sim_sysfs_read (fuse_req_t request,
                     fuse_ino_t inode,
                     size_t size,
                     off_t offset,
                     struct fuse_file_info *info);

void sim_sysfs_write (fuse_req_t request,
                      fuse_ino_t inode,
                      const char *text,
                      size_t size,
                      off_t offset,
                      struct fuse_file_info *info);

/** Makes the tables of requests that wait and of open attributes. */
void sim_sysfs_io_init (SimSysfs *sysfs);

/** Answers with ENODEV all requests that wait. */
void sim_sysfs_io_answer_all (SimSysfs *sysfs);

/** Frees what sim_sysfs_io_init() has made, open attributes included. */
void sim_sysfs_io_clear (SimSysfs *sysfs);

G_END_DECLS
