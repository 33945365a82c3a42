namespace GpuVSphere.Simulator.Posix;

/// <summary>A redirection.</summary>
/// <param name="Descriptor">Which descriptor: 0 input, 1 output, 2 errors.</param>
/// <param name="Operator"><c>&lt;</c>, <c>&gt;</c>, <c>&gt;&gt;</c>, <c>&lt;&amp;</c> or <c>&gt;&amp;</c>.</param>
/// <param name="Target">A file, or for the last two another descriptor, or <c>-</c>.</param>
internal sealed record ShRedirect(int Descriptor, string Operator, ShWord Target);
