namespace VMware.VimAutomation.ViCore.Impl.V1.Inventory;

// Get-VM gives this class with some parameters, such as -Tag, and UniversalVirtualMachineImpl otherwise.
public sealed class VirtualMachineImpl : VirtualMachineBase;
