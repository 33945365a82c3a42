using VMware.VimAutomation.ViCore.Types.V1.Host;
using VMware.VimAutomation.ViCore.Types.V1.Inventory;

namespace VMware.VimAutomation.ViCore.Impl.V1.Inventory;

public sealed class VMHostImpl : InventoryItemImpl, VMHost
{
    public VMHostState ConnectionState { get; internal set; }
}
