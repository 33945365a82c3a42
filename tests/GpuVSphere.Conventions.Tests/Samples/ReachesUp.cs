namespace GpuVSphere.Conventions.Tests.Samples.Lower;

/// <summary>Breaks the layers in a method body, where no signature shows it.</summary>
public static class ReachesUp
{
    public static int Sum() => Upper.Above.Height() + Beside.Hidden.Secret();
}
