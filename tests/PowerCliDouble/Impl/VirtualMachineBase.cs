using VMware.VimAutomation.ViCore.Types.V1.Inventory;

namespace VMware.VimAutomation.ViCore.Impl.V1.Inventory;

public abstract class VirtualMachineBase : InventoryItemImpl, VirtualMachine
{
    public PowerState PowerState { get; internal set; }

    public VMHost VMHost { get; internal set; }

    public string VMHostId => VMHost?.Id;
}
