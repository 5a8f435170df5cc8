#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints each vGPU, its type, its state and what it runs on; with a UUID, what becomes of that one.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

const VGPU = 'org.gvt.Manager.Vgpu';
const objects = Gio.DBusObjectManagerClient.new_for_bus_sync(
    Gio.BusType.SYSTEM, Gio.DBusObjectManagerClientFlags.NONE,
    'org.gvt.Manager', '/org/gvt/Manager', null, null);

function get(vgpu, name) {
    return vgpu.get_cached_property(name).deepUnpack();
}

function show(vgpu) {
    print(get(vgpu, 'Uuid'), get(vgpu, 'Type'), get(vgpu, 'State'), get(vgpu, 'DeviceNode') || '-');
}

for (const object of objects.get_objects()) {
    const vgpu = object.get_interface(VGPU);

    if (vgpu)
        show(vgpu);
}

if (ARGV.length > 0) {
    const path = `/org/gvt/Manager/vgpus/${ARGV[0].replaceAll('-', '_')}`;
    const loop = new GLib.MainLoop(null, false);

    objects.connect('interface-proxy-properties-changed', (manager, object, vgpu) => {
        if (object.get_object_path() === path)
            show(vgpu);
    });
    objects.connect('object-removed', (manager, object) => {
        if (object.get_object_path() === path)
            loop.quit();
    });
    loop.run();
}
