using VMware.VimAutomation.ViCore.Types.V1.Inventory;

namespace VMware.VimAutomation.ViCore.Impl.V1.Inventory;

public abstract class InventoryItemImpl : InventoryItem
{
    public string Name { get; internal set; }

    public string Id { get; internal set; }

    public string Uid { get; internal set; }

    public object ExtensionData => throw Tripwire.Touched("ExtensionData");

    public object Client => throw Tripwire.Touched("Client");

    public override string ToString() => Name;
}
