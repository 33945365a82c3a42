# A vSphere client on rbvmomi, which reads and changes GPUs without a line of GpuVSphere. It speaks API 5.5.
#
# usage: gpu.rb HOST:PORT USER PASSWORD COMMAND [ARGUMENT ...]
#   read                       hosts with their passthrough devices, VMs with their PCI devices and extraConfig, as JSON
#   set VM KEY=VALUE ...       extraConfig, in one reconfigure call
#   give VM ADDRESS SYSTEM_ID  a passthrough device and locked memory, in one reconfigure call
#   take VM                    its passthrough devices, out again
require 'json'
require 'rbvmomi'

address, user, password, command, *arguments = ARGV
host, port = address.split(':')
VIM = RbVmomi::VIM
vim = VIM.connect(host: host, port: port.to_i, user: user, password: password, insecure: true)
content = vim.serviceContent

objects = lambda do |kind|
  view = content.viewManager.CreateContainerView(container: content.rootFolder, type: [kind], recursive: true)
  begin
    view.view.to_a
  ensure
    view.DestroyView
  end
end
vm_named = ->(name) { objects.call('VirtualMachine').find { |vm| vm.name == name } or raise "no VM #{name}" }
passthrough = ->(vm) { vm.config.hardware.device.grep(VIM::VirtualPCIPassthrough) }
reconfigure = ->(vm, spec) { vm.ReconfigVM_Task(spec: spec).wait_for_completion }
unsigned = ->(number) { number & 0xffff }

case command
when 'read'
  hosts = objects.call('HostSystem').to_h do |host|
    pci = host.hardware ? host.hardware.pciDevice.to_h { |device| [device.id, device] } : {}
    states = host.config ? host.config.pciPassthruInfo : []
    gpus = states.select { |state| pci[state.id] && unsigned.call(pci[state.id].vendorId) == 0x10de }
    [host.name, gpus.to_h do |state|
      device = pci[state.id]
      [state.id, { capable: state.passthruCapable, enabled: state.passthruEnabled, active: state.passthruActive,
                   vendor: unsigned.call(device.vendorId), device: unsigned.call(device.deviceId), name: device.deviceName }]
    end]
  end
  vms = objects.call('VirtualMachine').to_h do |vm|
    [vm.name, { power: vm.runtime.powerState, devices: passthrough.call(vm).map { |device| device.backing.id },
                locked: vm.config.memoryReservationLockedToMax ? true : false,
                extra: vm.config.extraConfig.to_h { |option| [option.key, option.value.to_s] } }]
  end
  puts JSON.generate({ api: content.about.apiVersion, hosts: hosts, vms: vms })
when 'set'
  name, *settings = arguments
  options = settings.map { |setting| setting.split('=', 2) }.map { |key, value| VIM.OptionValue(key: key, value: value) }
  reconfigure.call(vm_named.call(name), VIM.VirtualMachineConfigSpec(extraConfig: options))
when 'give'
  name, wanted, system = arguments
  vm = vm_named.call(name)
  device = vm.runtime.host.hardware.pciDevice.find { |one| one.id == wanted } or raise "no device #{wanted}"
  backing = VIM.VirtualPCIPassthroughDeviceBackingInfo(
    deviceName: device.deviceName, id: device.id, deviceId: unsigned.call(device.deviceId).to_s(16), systemId: system, vendorId: device.vendorId
  )
  change = VIM.VirtualDeviceConfigSpec(operation: :add, device: VIM.VirtualPCIPassthrough(key: -1, backing: backing))
  reconfigure.call(vm, VIM.VirtualMachineConfigSpec(deviceChange: [change], memoryReservationLockedToMax: true))
when 'take'
  vm = vm_named.call(arguments.first)
  changes = passthrough.call(vm).map { |device| VIM.VirtualDeviceConfigSpec(operation: :remove, device: device) }
  reconfigure.call(vm, VIM.VirtualMachineConfigSpec(deviceChange: changes))
else
  raise "unknown command #{command}"
end
vim.close
