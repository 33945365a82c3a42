"""A vSphere client on pyVmomi, which reads and changes GPUs without a line of GpuVSphere.

usage: gpu.py HOST:PORT USER PASSWORD COMMAND [ARGUMENT ...]
  read                        hosts with their passthrough devices, VMs with their PCI devices and extraConfig, as JSON
  enable HOST ADDRESS         passthrough on, in the host's configuration
  reboot HOST                 into maintenance mode, restart, wait, and out of it
  give VM ADDRESS KEY=VALUE…  one reconfigure call: the device from the config target, memory locked, the settings
  take VM                     its passthrough devices, out again
  power VM on|off
  graphics HOST               its graphics configuration, what is in force, and the vGPU profiles on offer, as JSON
  share HOST TYPE POLICY      the same configuration with another type for the host and every device, in one update
  vgpu VM PROFILE             one reconfigure call: a vGPU, memory locked
"""
import json
import ssl
import sys
import time

from pyVim import connect
from pyVmomi import vim, vmodl


def main():
    address, user, password, command, *arguments = sys.argv[1:]
    host, port = address.rsplit(':', 1)
    service = connect.SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=ssl._create_unverified_context())
    try:
        content = service.RetrieveContent()
        print(json.dumps(COMMANDS[command](content, *arguments), sort_keys=True))
    finally:
        connect.Disconnect(service)


def collect(content, kind, *paths):
    """The properties of every object of a kind, in one read: (object, {path: value}). What is not set is not in the map."""
    collector = vmodl.query.PropertyCollector
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)
    try:
        into = collector.TraversalSpec(name='view', type=vim.view.ContainerView, path='view', skip=False)
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[into])],
            propSet=[collector.PropertySpec(type=kind, all=False, pathSet=list(paths))])
        found = content.propertyCollector.RetrieveContents([spec])
        return [(one.obj, {prop.name: prop.val for prop in one.propSet}) for one in found]
    finally:
        view.Destroy()


def named(content, kind, name):
    return next(one for one, values in collect(content, kind, 'name') if values['name'] == name)


def passthrough(devices):
    return [device for device in devices if isinstance(device, vim.vm.device.VirtualPCIPassthrough)]


def read(content):
    hosts = {}
    for _, host in collect(content, vim.HostSystem, 'name', 'config.pciPassthruInfo', 'hardware.pciDevice'):
        pci = {device.id: device for device in host.get('hardware.pciDevice', [])}
        hosts[host['name']] = {
            state.id: {
                'capable': state.passthruCapable,
                'enabled': state.passthruEnabled,
                'active': state.passthruActive,
                'vendor': pci[state.id].vendorId & 0xffff,
                'device': pci[state.id].deviceId & 0xffff,
                'name': pci[state.id].deviceName,
            }
            for state in host.get('config.pciPassthruInfo', []) if state.id in pci and pci[state.id].vendorId & 0xffff == 0x10de
        }
    vms = {}
    for _, vm in collect(content, vim.VirtualMachine, 'name', 'runtime.powerState', 'config.hardware.device', 'config.extraConfig',
                         'config.memoryReservationLockedToMax'):
        vms[vm['name']] = {
            'power': vm['runtime.powerState'],
            'devices': [getattr(device.backing, 'id', None) or device.backing.vgpu for device in passthrough(vm.get('config.hardware.device', []))],
            'locked': bool(vm.get('config.memoryReservationLockedToMax')),
            'extra': {option.key: str(option.value) for option in vm.get('config.extraConfig', [])},
        }
    return {'api': content.about.apiVersion, 'hosts': hosts, 'vms': vms}


def wait(task):
    while task.info.state in ('queued', 'running'):
        time.sleep(0.02)
    if task.info.state == 'error':
        raise task.info.error
    return task.info.result


def enable(content, host, address):
    config = vim.host.PciPassthruConfig(id=address, passthruEnabled=True)
    named(content, vim.HostSystem, host).configManager.pciPassthruSystem.UpdatePassthruConfig([config])


def reboot(content, name):
    host = named(content, vim.HostSystem, name)
    wait(host.EnterMaintenanceMode_Task(timeout=0, evacuatePoweredOffVms=False))
    before = host.runtime.bootTime
    wait(host.RebootHost_Task(force=False))
    limit = time.monotonic() + 120
    while host.runtime.connectionState != 'connected' or host.runtime.bootTime == before:
        if time.monotonic() > limit:
            raise TimeoutError(name + ' is not back')
        time.sleep(0.02)
    wait(host.ExitMaintenanceMode_Task(timeout=0))


def give(content, name, address, *settings):
    vm = named(content, vim.VirtualMachine, name)
    target = vm.environmentBrowser.QueryConfigTarget(host=vm.runtime.host)
    found = next(info for info in target.pciPassthrough if info.pciDevice.id == address)
    backing = vim.vm.device.VirtualPCIPassthrough.DeviceBackingInfo(
        deviceName=found.pciDevice.deviceName,
        id=found.pciDevice.id,
        deviceId='%x' % (found.pciDevice.deviceId & 0xffff),
        systemId=found.systemId,
        vendorId=found.pciDevice.vendorId)
    device = vim.vm.device.VirtualPCIPassthrough(key=-1, backing=backing)
    change = vim.vm.device.VirtualDeviceSpec(operation='add', device=device)
    options = [vim.option.OptionValue(key=key, value=value) for key, value in (setting.split('=', 1) for setting in settings)]
    wait(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change], extraConfig=options, memoryReservationLockedToMax=True)))


def take(content, name):
    vm = named(content, vim.VirtualMachine, name)
    changes = [vim.vm.device.VirtualDeviceSpec(operation='remove', device=device) for device in passthrough(vm.config.hardware.device)]
    wait(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=changes)))


def power(content, name, state):
    vm = named(content, vim.VirtualMachine, name)
    wait(vm.PowerOnVM_Task() if state == 'on' else vm.PowerOffVM_Task())


def graphics(content, name):
    manager = named(content, vim.HostSystem, name).configManager.graphicsManager
    config = manager.graphicsConfig
    return {
        'default': config.hostDefaultGraphicsType,
        'policy': config.sharedPassthruAssignmentPolicy,
        'configured': {device.deviceId: device.graphicsType for device in config.deviceType},
        'force': {info.pciId: info.graphicsType for info in manager.graphicsInfo},
        'profiles': list(manager.sharedPassthruGpuTypes),
    }


def share(content, name, graphics_type, policy):
    manager = named(content, vim.HostSystem, name).configManager.graphicsManager
    config = manager.graphicsConfig
    config.hostDefaultGraphicsType = graphics_type
    config.sharedPassthruAssignmentPolicy = policy
    for device in config.deviceType:
        device.graphicsType = graphics_type
    manager.UpdateGraphicsConfig(config)


def vgpu(content, name, profile):
    vm = named(content, vim.VirtualMachine, name)
    device = vim.vm.device.VirtualPCIPassthrough(key=-1, backing=vim.vm.device.VirtualPCIPassthrough.VmiopBackingInfo(vgpu=profile))
    change = vim.vm.device.VirtualDeviceSpec(operation='add', device=device)
    wait(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change], memoryReservationLockedToMax=True)))


COMMANDS = {'read': read, 'enable': enable, 'reboot': reboot, 'give': give, 'take': take, 'power': power, 'graphics': graphics, 'share': share, 'vgpu': vgpu}

if __name__ == '__main__':
    main()
