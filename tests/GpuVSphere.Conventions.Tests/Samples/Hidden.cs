namespace GpuVSphere.Conventions.Tests.Samples.Beside;

/// <summary>An internal of a neighbour, for the layer test to find.</summary>
internal static class Hidden
{
    public static int Secret() => 2;
}
