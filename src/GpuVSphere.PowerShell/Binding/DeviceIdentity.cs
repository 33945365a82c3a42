using GpuVSphere.Inventory;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Which PCI device is meant: by address or label, on the hosts named beside it, or as an object that knows its host.</summary>
public sealed class DeviceIdentity
{
    /// <summary>A device by what was typed.</summary>
    /// <param name="text">A PCI address such as <c>0000:3b:00.0</c>, or a hardware label.</param>
    public DeviceIdentity(string text) => Text = text;

    internal DeviceIdentity(string text, HostIdentity? host, GpuDevice? device, object? problem)
    {
        Text = text;
        Host = host;
        Device = device;
        WrongType = problem;
    }

    /// <summary>The PCI address or label.</summary>
    public string Text { get; }

    /// <summary>The host it is in, when the object said so; null for text.</summary>
    public HostIdentity? Host { get; }

    /// <summary>The device as it was read when the object was made; its state may be old. Null for text.</summary>
    internal GpuDevice? Device { get; }

    /// <summary>What was given when it was no device; the cmdlet reports it.</summary>
    internal object? WrongType { get; }

    /// <summary>The PCI address or label.</summary>
    public override string ToString() => Text;
}
