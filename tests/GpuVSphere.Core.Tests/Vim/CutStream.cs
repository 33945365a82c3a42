using System;
using System.IO;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>The body of a reply whose connection is cut.</summary>
internal sealed class CutStream(Action? whenRead = null) : MemoryStream
{
    public override bool CanSeek => false;

    public override int Read(byte[] buffer, int offset, int count)
    {
        whenRead?.Invoke();
        throw new GpuVSphereException("ConnectionCut", GpuErrorCategory.ConnectionFailed, "cut");
    }
}
