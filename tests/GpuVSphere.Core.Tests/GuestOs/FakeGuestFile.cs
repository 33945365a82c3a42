using System.Text;

namespace GpuVSphere.Core.Tests.GuestOs;

/// <summary>A file of a guest in memory.</summary>
internal sealed record FakeGuestFile(byte[] Content, string Mode, string Owner)
{
    public string Text => Encoding.UTF8.GetString(Content);
}
