/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of a domain and the way back from it, with a libvirt that refuses, forgets or is gone at
 * each of its steps. What stands in for it is the one door to it, system-domain.h; backups are real.
 */

#include "domain-work.h"

#include "domain-backups.h"
#include "gvt-error.h"
#include "scratch.h"
#include "system-domain.h"

#include <string.h>

#define DOMAIN "5f1b7a52-0d3c-4f6e-9a7b-1c2d3e4f5a6b"
#define BEFORE "<domain>before</domain>"
#define AFTER "<domain>after</domain>"
#define OTHER "<domain>somebody else's</domain>"

struct _GvtSystemDomain {
  char nothing;
};

/* What the stand-in does. A step that counts down fails when it comes to 1. */
static struct {
  char *xml;
  gboolean gone;
  guint read_fails;
  guint define_fails;
  gboolean defines_all_the_same;
  GCancellable *cancelled_by_backup;
} libvirt;

static gboolean
comes_to_its_end (guint *count)
{
  return *count > 0 && --*count == 0;
}

GvtSystemDomain *
gvt_system_domain_open (const char *uri, const char *domain, GError **error)
{
  g_assert_cmpstr (domain, ==, DOMAIN);
  if (!libvirt.gone)
    return g_new0 (GvtSystemDomain, 1);
  g_set_error (error, GVT_ERROR, GVT_ERROR_LIBVIRT, "gone");
  return NULL;
}

void
gvt_system_domain_free (GvtSystemDomain *self)
{
  g_free (self);
}

char *
gvt_system_domain_dup_uuid (GvtSystemDomain *self, GError **error)
{
  return g_strdup (DOMAIN);
}

gulong
gvt_system_domain_get_version (GvtSystemDomain *self)
{
  return 9000000;
}

gboolean
gvt_system_domain_check_defined (GvtSystemDomain *self, GError **error)
{
  return TRUE;
}

char *
gvt_system_domain_read (GvtSystemDomain *self, GError **error)
{
  if (!comes_to_its_end (&libvirt.read_fails))
    return g_strdup (libvirt.xml);
  g_set_error (error, GVT_ERROR, GVT_ERROR_LIBVIRT, "cannot be read");
  return NULL;
}

gboolean
gvt_system_domain_define (GvtSystemDomain *self, const char *xml, gboolean validate, GError **error)
{
  gboolean fails = comes_to_its_end (&libvirt.define_fails);

  if (!fails || libvirt.defines_all_the_same) {
    g_free (libvirt.xml);
    libvirt.xml = g_strdup (xml);
  }
  if (fails)
    g_set_error (error, GVT_ERROR, GVT_ERROR_LIBVIRT, "refuses %s", xml);
  return !fails;
}

/* The linker puts this in the place of the real one. */
char *__real_gvt_domain_backups_add (const char *directory,
                                     const char *xml,
                                     const char *verb,
                                     const char *object,
                                     GError **error);
char *__wrap_gvt_domain_backups_add (const char *directory,
                                     const char *xml,
                                     const char *verb,
                                     const char *object,
                                     GError **error);

char *
__wrap_gvt_domain_backups_add (const char *directory,
                               const char *xml,
                               const char *verb,
                               const char *object,
                               GError **error)
{
  char *name = __real_gvt_domain_backups_add (directory, xml, verb, object, error);

  if (libvirt.cancelled_by_backup != NULL)
    g_cancellable_cancel (libvirt.cancelled_by_backup);
  return name;
}

typedef struct {
  Scratch *disk;
  GvtDomainJob job;
  GCancellable *given_up;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->disk = scratch_new ();
  fixture->job = (GvtDomainJob){
    .backups = scratch_locate (fixture->disk, "/backups"),
    .domain = (char *) DOMAIN,
    .verb = (char *) "attach",
    .object = (char *) "c0ffee00-0000-4000-8000-000000000001",
    .before = (char *) BEFORE,
    .after = (char *) AFTER,
  };
  fixture->given_up = g_cancellable_new ();
  libvirt.xml = g_strdup (BEFORE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&libvirt.xml, g_free);
  memset (&libvirt, 0, sizeof libvirt);
  g_clear_error (&fixture->error);
  g_object_unref (fixture->given_up);
  g_free (fixture->job.backups);
  scratch_free (fixture->disk);
}

static guint
count_backups (Fixture *fixture)
{
  return scratch_exists (fixture->disk, "/backups/" DOMAIN)
             ? scratch_count (fixture->disk, "/backups/" DOMAIN)
             : 0;
}

static GvtDomainFound *
apply (Fixture *fixture)
{
  return gvt_domain_work_apply ("", &fixture->job, fixture->given_up, &fixture->error);
}

static void
check_fails (Fixture *fixture, const char *because, const char *xml, guint backups)
{
  g_assert_null (apply (fixture));
  g_assert_nonnull (fixture->error);
  g_test_message ("%s", fixture->error->message);
  g_assert_nonnull (strstr (fixture->error->message, because));
  g_assert_cmpstr (libvirt.xml, ==, xml);
  g_assert_cmpuint (count_backups (fixture), ==, backups);
}

static void
test_applied (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GvtDomainFound) found = apply (fixture);

  g_assert_no_error (fixture->error);
  g_assert_cmpstr (found->xml, ==, AFTER);
  g_assert_cmpstr (libvirt.xml, ==, AFTER);
  g_assert_cmpuint (count_backups (fixture), ==, 1);
}

static void
test_not_begun (Fixture *fixture, gconstpointer data)
{
  libvirt.gone = TRUE;
  check_fails (fixture, "gone", BEFORE, 0);
  g_clear_error (&fixture->error);
  libvirt.gone = FALSE;
  libvirt.read_fails = 1;
  check_fails (fixture, "cannot be read", BEFORE, 0);
  g_clear_error (&fixture->error);
  fixture->job.before = (char *) OTHER;
  check_fails (fixture, "somebody else changed", BEFORE, 0);
  g_assert_error (fixture->error, GVT_ERROR, GVT_ERROR_CONFLICT);
  fixture->job.before = (char *) BEFORE;
}

static void
test_no_place_for_backup (Fixture *fixture, gconstpointer data)
{
  scratch_write (fixture->disk, "/backups", "in the way");
  g_assert_null (apply (fixture));
  g_assert_error (fixture->error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_cmpstr (libvirt.xml, ==, BEFORE);
}

/* Given up before it began, and while the backup was written: nothing is defined. */
static void
test_given_up (Fixture *fixture, gconstpointer while_backed_up)
{
  if (while_backed_up != NULL)
    libvirt.cancelled_by_backup = fixture->given_up;
  else
    g_cancellable_cancel (fixture->given_up);
  check_fails (fixture, "", BEFORE, 0);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  libvirt.define_fails = 1;
  check_fails (fixture, "refuses " AFTER, BEFORE, 0);
}

/* An error may come after the deed, as when the connection breaks. */
static void
test_refused_and_done (Fixture *fixture, gconstpointer data)
{
  libvirt.define_fails = 1;
  libvirt.defines_all_the_same = TRUE;
  check_fails (fixture, "refuses " AFTER, BEFORE, 0);
}

static void
test_unreadable_afterwards (Fixture *fixture, gconstpointer data)
{
  libvirt.read_fails = 2;
  check_fails (fixture, "cannot be read", BEFORE, 0);
}

/* Where going back fails, whoever called is told of both, and where the old definition is. */
static void
test_no_way_back (Fixture *fixture, gconstpointer unreadable)
{
  /* Either what there is then, or, where it cannot be read the first time, to define it once more. */
  libvirt.read_fails = 2;
  libvirt.define_fails = unreadable != NULL ? 1 : 2;
  check_fails (fixture,
               "what it was before is in the backup 0001, since going back failed",
               unreadable != NULL ? BEFORE : AFTER,
               1);
}

static void
test_taken_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GvtDomainFound) applied = apply (fixture);
  g_autoptr (GvtDomainFound) back = NULL;

  g_assert_no_error (fixture->error);
  fixture->job.backup = applied->backup;
  back = gvt_domain_work_take_back ("", &fixture->job, fixture->given_up, &fixture->error);
  g_assert_nonnull (back);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (libvirt.xml, ==, BEFORE);
  g_assert_cmpuint (count_backups (fixture), ==, 0);
}

static void
check_not_taken_back (Fixture *fixture, const char *xml)
{
  g_assert_null (gvt_domain_work_take_back ("", &fixture->job, fixture->given_up, &fixture->error));
  g_assert_nonnull (fixture->error);
  g_clear_error (&fixture->error);
  g_assert_cmpstr (libvirt.xml, ==, xml);
  g_assert_cmpuint (count_backups (fixture), ==, 1);
}

/* Then the backup stays, and so does what somebody else has made of the domain. */
static void
test_not_taken_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GvtDomainFound) applied = apply (fixture);

  g_assert_no_error (fixture->error);
  fixture->job.backup = applied->backup;
  libvirt.gone = TRUE;
  check_not_taken_back (fixture, AFTER);
  libvirt.gone = FALSE;
  libvirt.define_fails = 1;
  check_not_taken_back (fixture, AFTER);
  g_free (libvirt.xml);
  libvirt.xml = g_strdup (OTHER);
  check_not_taken_back (fixture, OTHER);
  g_free (libvirt.xml);
  libvirt.xml = g_strdup (AFTER);
  g_cancellable_cancel (fixture->given_up);
  check_not_taken_back (fixture, AFTER);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer), gboolean data)
{
  g_test_add (name, Fixture, GINT_TO_POINTER (data), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/domain-work/applied", test_applied, FALSE);
  add ("/domain-work/not-begun", test_not_begun, FALSE);
  add ("/domain-work/no-place-for-backup", test_no_place_for_backup, FALSE);
  add ("/domain-work/given-up/before", test_given_up, FALSE);
  add ("/domain-work/given-up/while-backed-up", test_given_up, TRUE);
  add ("/domain-work/refused", test_refused, FALSE);
  add ("/domain-work/refused-and-done", test_refused_and_done, FALSE);
  add ("/domain-work/unreadable-afterwards", test_unreadable_afterwards, FALSE);
  add ("/domain-work/no-way-back/read", test_no_way_back, TRUE);
  add ("/domain-work/no-way-back/define", test_no_way_back, FALSE);
  add ("/domain-work/taken-back", test_taken_back, FALSE);
  add ("/domain-work/not-taken-back", test_not_taken_back, FALSE);
  return g_test_run ();
}
