/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of libvirt's QEMU namespace that a vGPU needs. They stand beside what the user has
 * there: an element of theirs gets another child, and only what an edit made is taken away with it.
 * Pure; any thread.
 */

#include "qemu-elements.h"

#include "gvt-error.h"
#include "qemu-properties.h"

#include <string.h>

/* The prefix that stands for the namespace where the root's children are, or NULL. */
static const char *
declared_prefix (const GvtDocument *document)
{
  GArray *namespaces = document->root->namespaces;

  for (guint i = 0; i < namespaces->len; i++) {
    const GvtNamespace *declared = &g_array_index (namespaces, GvtNamespace, i);

    if (declared->prefix != NULL && g_str_equal (declared->uri, GVT_QEMU_NAMESPACE))
      return declared->prefix;
  }
  return NULL;
}

/* `<p:name>`, which declares its prefix itself if nothing outside does, around @children. */
static char *
markup_of (const GvtDocument *document, const char *name, GPtrArray *children)
{
  const char *prefix = declared_prefix (document);
  const char *used = prefix != NULL ? prefix : "qemu";
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "<%s:%s", used, name);
  if (prefix == NULL)
    g_string_append (text, " xmlns:qemu='" GVT_QEMU_NAMESPACE "'");
  g_string_append (text, ">\n");

  for (guint i = 0; i < children->len; i++) {
    g_autoptr (GString) child = g_string_new (children->pdata[i]);

    g_string_replace (child, "\n", "\n  ", 0);
    g_string_append_printf (text, "  %s\n", child->str);
  }

  g_string_append_printf (text, "</%s:%s>", used, name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What stands before the names of children of @container, which may have to be made: the prefix and
 * colon of its own tag, or nothing if the namespace is the default one there. */
static char *
child_prefix (const GvtDocument *document, const GvtElement *container)
{
  const char *name = NULL;
  gsize length = 0;

  if (container == NULL)
    return g_strconcat (declared_prefix (document) != NULL ? declared_prefix (document) : "qemu",
                        ":",
                        NULL);

  name = document->text + container->open_start + 1;
  length = strcspn (name, ": \t\r\n/>");
  return g_strndup (name, name[length] == ':' ? length + 1 : 0);
}

static char *
override_device (const char *prefix, const char *alias, GPtrArray *properties)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "<%sdevice alias='%s'>\n  <%sfrontend>\n", prefix, alias, prefix);
  for (guint i = 0; i < properties->len; i++) {
    const GvtQemuProperty *property = properties->pdata[i];

    g_string_append_printf (text,
                            "    <%sproperty name='%s' type='%s' value='%s'/>\n",
                            prefix,
                            property->name,
                            property->type,
                            property->value);
  }
  g_string_append_printf (text, "  </%sfrontend>\n</%sdevice>", prefix, prefix);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* @children into the first element @name, or into a new one, which is added to @made. */
static void
place (GvtSplices *splices,
       const GvtDocument *document,
       const char *name,
       GPtrArray *children,
       GvtRecord *record,
       GPtrArray *made)
{
  GvtElement *container = gvt_element_child_in (document->root, GVT_QEMU_NAMESPACE, name);

  if (children->len == 0)
    return;

  if (container == NULL) {
    g_ptr_array_add (made, markup_of (document, name, children));
    gvt_record_add_made (record, name);
    return;
  }

  if (container->self_closing)
    gvt_record_add_opened (record, name, gvt_layout_self_closing_tail (document, container));
  gvt_layout_append_children (splices, document, container, children);
}

static GvtElement *
find_variable (const GvtElement *commandline, const char *name)
{
  for (GvtElement *child = commandline != NULL ? commandline->first_child : NULL; child != NULL;
       child = child->next) {
    if (gvt_element_is_in (child, GVT_QEMU_NAMESPACE, "env") &&
        gvt_element_has (child, "name", name))
      return child;
  }
  return NULL;
}

static gboolean
add_variables (GPtrArray *children,
               const GvtElement *commandline,
               const char *prefix,
               const GvtDomainSettings *settings,
               GvtRecord *record,
               GError **error)
{
  g_autoptr (GArray) variables = gvt_qemu_variables_new (settings);

  for (guint i = 0; i < variables->len; i++) {
    const GvtQemuVariable *variable = &g_array_index (variables, GvtQemuVariable, i);
    const GvtElement *there = find_variable (commandline, variable->name);

    if (there == NULL) {
      g_ptr_array_add (children,
                       g_strdup_printf ("<%senv name='%s' value='%s'/>",
                                        prefix,
                                        variable->name,
                                        variable->value));
      gvt_record_add_variable (record, variable->name, variable->value);
    } else if (!gvt_element_has (there, "value", variable->value)) {
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_CONFLICT,
                   "the domain sets %s for QEMU to something other than %s: remove its <qemu:env>, "
                   "or leave the workaround out",
                   variable->name,
                   variable->value);
      return FALSE;
    }
  }
  return TRUE;
}

static void
add_globals (GPtrArray *children, const char *prefix, GPtrArray *properties, GvtRecord *record)
{
  for (guint i = 0; i < properties->len; i++) {
    const GvtQemuProperty *property = properties->pdata[i];

    g_ptr_array_add (children, g_strdup_printf ("<%sarg value='-global'/>", prefix));
    g_ptr_array_add (children, g_strdup_printf ("<%sarg value='%s'/>", prefix, property->global));
    gvt_record_add_global (record, property->global);
  }
}

gboolean
gvt_qemu_attach (GvtSplices *splices,
                 const GvtDocument *document,
                 const GvtDomainSettings *settings,
                 const char *alias,
                 GvtRecord *record,
                 GError **error)
{
  const GvtElement *root = document->root;
  const GvtElement *commandline = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "commandline");
  const GvtElement *override = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "override");
  g_autoptr (GPtrArray) properties = gvt_qemu_properties_new (settings);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) overrides = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *argument_prefix = child_prefix (document, commandline);
  g_autofree char *override_prefix = child_prefix (document, override);

  if (!gvt_qemu_uses_override (settings))
    add_globals (arguments, argument_prefix, properties, record);
  else if (properties->len > 0)
    g_ptr_array_add (overrides, override_device (override_prefix, alias, properties));
  if (!add_variables (arguments, commandline, argument_prefix, settings, record, error))
    return FALSE;

  place (splices, document, "commandline", arguments, record, made);
  place (splices, document, "override", overrides, record, made);
  if (made->len > 0 && declared_prefix (document) == NULL)
    gvt_record_add_made (record, "xmlns");
  if (made->len > 0)
    gvt_layout_append_children (splices, document, root, made);
  return TRUE;
}

/* The second of two neighbours `-global` and @global. */
static GvtElement *
find_global (const GvtElement *commandline, const char *global)
{
  for (GvtElement *child = commandline != NULL ? commandline->first_child : NULL; child != NULL;
       child = child->next) {
    if (gvt_element_is_in (child, GVT_QEMU_NAMESPACE, "arg") && child->previous != NULL &&
        gvt_element_has (child, "value", global) &&
        gvt_element_has (child->previous, "value", "-global"))
      return child;
  }
  return NULL;
}

static GvtElement *
find_override (const GvtElement *override, const char *alias)
{
  for (GvtElement *child = override != NULL ? override->first_child : NULL; child != NULL;
       child = child->next) {
    if (gvt_element_is_in (child, GVT_QEMU_NAMESPACE, "device") &&
        gvt_element_has (child, "alias", alias))
      return child;
  }
  return NULL;
}

void
gvt_qemu_remove (GvtSplices *splices,
                 const GvtDocument *document,
                 const GvtElement *container,
                 GPtrArray *going,
                 gboolean made)
{
  guint n_children = 0;

  if (container == NULL)
    return;

  for (const GvtElement *child = container->first_child; child != NULL; child = child->next)
    n_children++;
  if (made && n_children == going->len && gvt_layout_is_elements_only (document, container)) {
    gvt_layout_remove (splices, document, container);
    return;
  }

  for (guint i = 0; i < going->len; i++)
    gvt_layout_remove (splices, document, going->pdata[i]);
}

static void
add_once (GPtrArray *list, GvtElement *element)
{
  if (element != NULL && !g_ptr_array_find (list, element, NULL))
    g_ptr_array_add (list, element);
}

void
gvt_qemu_detach (GvtSplices *splices, const GvtDocument *document, const GvtRecord *record)
{
  const GvtElement *root = document->root;
  const GvtElement *commandline = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "commandline");
  const GvtElement *override = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "override");
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GPtrArray) overrides = g_ptr_array_new ();

  for (guint i = 0; i < record->globals->len; i++) {
    GvtElement *global = find_global (commandline, record->globals->pdata[i]);

    if (global != NULL) {
      add_once (arguments, global->previous);
      add_once (arguments, global);
    }
  }
  for (guint i = 0; i < record->variables->len; i++) {
    const GvtVariable *variable = record->variables->pdata[i];
    GvtElement *there = find_variable (commandline, variable->name);

    if (there != NULL && gvt_element_has (there, "value", variable->value))
      add_once (arguments, there);
  }
  add_once (overrides, find_override (override, record->alias));

  gvt_qemu_remove (splices,
                   document,
                   commandline,
                   arguments,
                   gvt_record_has_made (record, "commandline"));
  gvt_qemu_remove (splices,
                   document,
                   override,
                   overrides,
                   gvt_record_has_made (record, "override"));
}

static gboolean
override_has (const GvtElement *device, const GvtQemuProperty *property)
{
  const GvtElement *frontend = device != NULL
                                   ? gvt_element_child_in (device, GVT_QEMU_NAMESPACE, "frontend")
                                   : NULL;

  for (const GvtElement *child = frontend != NULL ? frontend->first_child : NULL; child != NULL;
       child = child->next) {
    if (gvt_element_has (child, "name", property->name) &&
        gvt_element_has (child, "type", property->type) &&
        gvt_element_has (child, "value", property->value))
      return TRUE;
  }
  return FALSE;
}

gboolean
gvt_qemu_is_intact (const GvtDocument *document,
                    const GvtDomainSettings *settings,
                    const char *alias)
{
  const GvtElement *root = document->root;
  const GvtElement *commandline = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "commandline");
  const GvtElement *override = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "override");
  g_autoptr (GPtrArray) properties = gvt_qemu_properties_new (settings);
  g_autoptr (GArray) variables = gvt_qemu_variables_new (settings);

  for (guint i = 0; i < properties->len; i++) {
    const GvtQemuProperty *property = properties->pdata[i];

    if (gvt_qemu_uses_override (settings)
            ? !override_has (find_override (override, alias), property)
            : find_global (commandline, property->global) == NULL)
      return FALSE;
  }

  for (guint i = 0; i < variables->len; i++) {
    const GvtQemuVariable *variable = &g_array_index (variables, GvtQemuVariable, i);
    const GvtElement *there = find_variable (commandline, variable->name);

    if (there == NULL || !gvt_element_has (there, "value", variable->value))
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_qemu_mentions_alias (const GvtDocument *document, const char *alias)
{
  return find_override (gvt_element_child_in (document->root, GVT_QEMU_NAMESPACE, "override"),
                        alias) != NULL;
}
