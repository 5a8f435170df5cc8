/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: who may lock how much memory from login on, by pam_limits (limits.conf(5)). Nobody has to:
 * the service raises the limit for each VM. Worker threads.
 */

#include <stdio.h>
#include <string.h>

#include "check.h"

#define MAIN_FILE "/etc/security/limits.conf"
#define TEXT_MAX (64 * 1024)

/* Adds who a line gives a hard limit of locked memory, and which. */
static void
add_line (GString *text, const char *line)
{
  char who[65];
  char kind[8];
  char item[16];
  char value[24];

  if (sscanf (line, " %64s %7s %15s %23s", who, kind, item, value) != 4 || *who == '#' ||
      strcmp (item, "memlock") != 0 || strcmp (kind, "soft") == 0)
    return;
  g_string_append_printf (text,
                          "%s%s %s%s",
                          text->len > 0 ? ", " : "",
                          who,
                          value,
                          g_ascii_isdigit (*value) ? " KiB" : "");
}

void
gvt_check_memory_lock (const GvtHostFacts *host, GPtrArray *findings)
{
  static const char *const directories[] = { "/etc/security/limits.d", NULL };
  g_autofree char *text = gvt_root_read_text (host->root, MAIN_FILE, TEXT_MAX, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_auto (GStrv) more = gvt_host_read_lines (host, directories, ".conf");
  g_autoptr (GString) limits = g_string_new (NULL);
  GvtFinding *finding;

  if (host->gpu == NULL)
    return;
  for (char **line = lines; *line != NULL; line++)
    add_line (limits, *line);
  for (char **line = more; *line != NULL; line++)
    add_line (limits, *line);
  finding = gvt_findings_add (findings,
                              "limits.login",
                              GVT_FINDING_OK,
                              limits->len > 0
                                  ? "memory that may be locked from login on: %s"
                                  : "no login raises the memory-lock limit, and none has to%s",
                              limits->str);
  gvt_finding_means (finding,
                     "no login needs one: the service raises the limit for each VM; who does not "
                     "want that finds “memory-lock” among the fixes of gvt-client setup");
}
