using VMware.VimAutomation.ViCore.Types.V1.Inventory;

namespace VMware.VimAutomation.ViCore.Impl.V1.Inventory;

public sealed class ClusterImpl : InventoryItemImpl, Cluster;
