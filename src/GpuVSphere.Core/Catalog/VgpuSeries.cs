namespace GpuVSphere.Catalog;

/// <summary>The series of a vGPU type: the letter at the end of its name. It decides the licence.</summary>
public enum VgpuSeries
{
    /// <summary>A: virtual applications.</summary>
    A,

    /// <summary>B: virtual desktops.</summary>
    B,

    /// <summary>C: compute.</summary>
    C,

    /// <summary>Q: workstations (the letter is of Quadro).</summary>
    Q,
}
