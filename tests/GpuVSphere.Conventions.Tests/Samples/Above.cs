namespace GpuVSphere.Conventions.Tests.Samples.Upper;

/// <summary>Something of an upper layer, for the layer test to find.</summary>
public static class Above
{
    public static int Height() => 1;
}
