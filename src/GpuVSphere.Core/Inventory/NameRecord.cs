using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>The name of one object as it arrives, and where it is.</summary>
internal sealed class NameRecord : IObjectReader
{
    public NameRecord(ManagedObjectReference reference) => Reference = reference;

    public ManagedObjectReference Reference { get; }

    public string Name { get; private set; } = string.Empty;

    public ManagedObjectReference Parent { get; private set; }

    public void Property(string path, VimReader value)
    {
        if (path == "name")
        {
            Name = VimName.Decode(value.String());
        }
        else if (path == "parent")
        {
            Parent = value.Reference();
        }
    }

    public void Missing(string path, VimFaultException fault)
    {
    }

    public void End()
    {
    }
}
